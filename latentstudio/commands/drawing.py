"""What the drawing commands share: an open model, the recipe of the options, a job with a bar."""

import argparse
import sys
from collections.abc import Generator as Steps
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from latentstudio.commands.answer import say
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.openmp import wait_briefly
from latentstudio.core.picture import Drawn
from latentstudio.core.random import fresh_seed
from latentstudio.core.recipe import ModelRef, Noise, Recipe, Truncation
from latentstudio.core.steps import ended
from latentstudio.engine.messages import Step
from latentstudio.resources import find_model

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator

T = TypeVar("T")


@dataclass(frozen=True)
class Drawer:
    """A model that is ready to draw in this thread, and the facts that its pictures depend on."""

    generator: "Generator"
    device: str
    precision: str
    threads: int

    @property
    def info(self) -> ModelInfo:
        return self.generator.info

    @property
    def drawn(self) -> Drawn:
        """The same, as a picture carries it."""
        import torch

        return Drawn(self.threads, self.precision, self.device, torch.__version__)

    @property
    def facts(self) -> dict[str, Any]:
        """What every answer of a drawing command says."""
        return {
            "model": self.info.name,
            "model_id": self.info.model_id,
            "device": self.device,
            "precision": self.precision,
            "threads": self.threads,
        }


def open_drawer(
    source: str,
    device: str = "auto",
    precision: str = "float32",
    threads: int | None = None,
    *,
    batches: bool = False,
) -> Drawer:
    """Open a model to draw with; torch is imported here.

    Args:
        source: a bundled name or a path.
        device: where to draw.
        precision: how precisely.
        threads: with so many threads; by default as the window does.
        batches: whether many pictures are computed at once, which every core is for.

    Raises:
        StudioError: the model is unknown or unreadable, or the device does not work.
    """
    path = find_model(source)  # before torch, so that a mistyped name is told at once
    wait_briefly()
    import latentstudio
    from latentstudio.engine.device import prepare_thread, settle_threads, thread_count
    from latentstudio.models.device import choose

    prepare_thread(threads)
    chosen = choose(device)
    generator = latentstudio.open_model(str(path), chosen, precision)
    wanted = threads or (thread_count() if batches else None)
    return Drawer(generator, chosen, precision, settle_threads(generator, wanted))


def recipe_of(info: ModelInfo, options: argparse.Namespace) -> Recipe:
    """What all pictures of a command have in common; tells of options that do nothing here.

    Raises:
        StudioError: a class that the model does not have.
    """
    truncation = Truncation(options.truncation, options.truncation_cutoff)
    if truncation.psi != 1.0 and not info.has_truncation:
        say(f"{info.name} has no truncation, so --truncation changes nothing.")
    if options.noise != "const" and not info.has_noise:
        say(f"{info.name} takes no noise, so --noise changes nothing.")
    return Recipe(
        ModelRef.of(info),
        truncation=truncation,
        classes=_classes(info, options.class_name),
        noise=noise_of(options, 0),
    )


def noise_of(options: argparse.Namespace, index: int) -> Noise:
    """The noise of picture ``index``: fresh noise has a seed too, so that it can be drawn again."""
    if options.noise == "random":
        first = options.noise_seed
        return Noise("const", fresh_seed() if first is None else (first + index) % 2**32)
    return Noise(options.noise, options.noise_seed or 0)


def finish(steps: Steps[Step, None, T], unit: str = "picture") -> T:
    """Run a job to its end with a bar on a terminal once it takes over a second.

    However it ends, Ctrl-C included, the job's finally blocks have run.
    """
    from tqdm import tqdm

    with tqdm(unit=unit, delay=1, disable=None, leave=False, file=sys.stderr) as bar:

        def show(step: Step) -> None:
            bar.total = step.total
            bar.update(step.done - bar.n)

        return ended(steps, show)


def _classes(info: ModelInfo, name: str | None) -> tuple[tuple[str, float], ...]:
    if name is None:
        return ()
    if not info.classes:
        raise StudioError(f"Unknown class {name}", f"{info.name} has no classes", "Leave it out.")
    if name not in info.classes:
        detail = f"{info.name} has {len(info.classes)} classes"
        raise StudioError(f"Unknown class {name}", detail, nearest(name, info.classes))
    return ((name, 1.0),)
