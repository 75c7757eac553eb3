"""The job that learns attribute directions, and tries each before it becomes a slider."""

from collections.abc import Generator as Steps

from latentstudio.core.errors import StudioError
from latentstudio.core.steps import changed, counted
from latentstudio.engine.direction_cache import Directions, cache_file, cached, keep
from latentstudio.engine.messages import Step
from latentstudio.metrics.attribute_directions import SAMPLES, attribute_directions
from latentstudio.metrics.direction_truth import direction_truth, faces_moved
from latentstudio.metrics.evaluation import choose_referee
from latentstudio.metrics.layer_choice import in_their_layers
from latentstudio.metrics.referee import Referee
from latentstudio.models.generator import Generator

TRIED = 96
"""New faces that each attribute is tried on."""

_METHOD = "attributes-that-work"
"""Of the cache's file name: another method, another name."""

_TRIED_FROM = 500_000  # seeds: neither those learned from nor those that directions are judged on


def attributes(
    generator: Generator, samples: int = SAMPLES, referee: str | None = None
) -> Steps[Step, None, Directions]:
    """Directions of what a referee reads on drawn faces; see ``attribute_directions``.

    Each is then tried on new faces; one that too few of them follow is left out. The others move
    the style layers that change their attribute and little else. Found once for a model, a referee
    and a number of faces, then kept in the user's cache.

    Args:
        generator: the model.
        samples: faces to draw.
        referee: a name; by default the first referee of the model's resolution.

    Returns:
        Directions in group ``attributes``, with their accuracy on faces held out.

    Raises:
        StudioError: there is no referee for this resolution, or nothing to learn.
    """
    judge = choose_referee(referee, generator.info.resolution)
    file = cache_file(generator, f"{_METHOD}-{judge.weights_hash[:16]}-{samples}")
    found = cached(file, generator)
    if not found:
        learned = yield from _learned(generator, judge, samples)
        good = yield from _tried(generator, judge, learned)
        found = yield from _layered(generator, judge, good)
        keep(file, found)
    yield Step(1, 1)
    return found


def _learned(generator: Generator, judge: Referee, samples: int) -> Steps[Step, None, Directions]:
    steps = attribute_directions(generator, judge, samples)
    return (yield from changed(steps, lambda step: Step(*step)))


def _tried(
    generator: Generator, judge: Referee, learned: Directions
) -> Steps[Step, None, Directions]:
    """The directions that new faces follow."""
    total, words = faces_moved(learned, judge, TRIED, locked=False), "Trying them on new faces"
    steps = direction_truth(generator, learned, judge, TRIED, first=_TRIED_FROM, locked=False)
    truths = yield from changed(counted(steps), lambda done: Step(done, total, words))
    good = {truth.name for truth in truths if truth.works}
    if not good:
        raise StudioError(
            "No attributes were found",
            f"the faces of {generator.info.name} follow none that {judge.name} reads",
            "Try components instead.",
        )
    return tuple(direction for direction in learned if direction.name in good)


def _layered(
    generator: Generator, judge: Referee, good: Directions
) -> Steps[Step, None, Directions]:
    """The directions with the style layers that suit them."""
    steps = in_their_layers(generator, good, judge, first=_TRIED_FROM)
    return (yield from changed(steps, lambda step: Step(*step, "Choosing their style layers")))
