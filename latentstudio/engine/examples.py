"""Jobs on faces that the user chose: a direction learned from two sets, arithmetic with three."""

from collections.abc import Generator as Steps
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from latentstudio.core.direction import Direction
from latentstudio.core.errors import StudioError
from latentstudio.core.latent import blend_z
from latentstudio.core.recipe import Anchor, ModelRef, Recipe, Truncation, Vector
from latentstudio.engine.discover import measure
from latentstudio.engine.messages import Step
from latentstudio.engine.render import styles_of
from latentstudio.metrics.linear_fit import Design, folds, told_rightly
from latentstudio.models.generator import Generator
from latentstudio.models.style_space import StyleMoments, StyleSpace, direction_of

LEAST = 10
"""So many faces each way make a direction."""

PARTS = 5
"""In so many parts faces are held out, one after the other."""

_DECAY = 1.0


def learn(
    generator: Generator, name: str, plus: Sequence[Recipe], minus: Sequence[Recipe]
) -> Steps[Step, None, Direction]:
    """The direction that tells faces of one set from those of another.

    Logistic regression with an L2 penalty on styles, standardised by 2,000 other faces, and the
    way that these differ where its answer does; the accuracy is that on faces held out, in five
    parts.

    Args:
        generator: the model.
        name: of the direction, for people.
        plus: faces that show it, at least ten.
        minus: faces that do not, at least ten.

    Returns:
        A direction in group ``mine``.

    Raises:
        StudioError: too few faces, or sets that are the same.
    """
    _check_examples(name, plus, minus)
    space, marked = StyleSpace.of(generator), [*plus, *minus]
    moments = yield from measure(generator, space, more=len(marked))
    shown = yield from _coordinates(generator, space, marked, moments.count)
    labels = torch.cat([torch.ones(len(plus)), torch.zeros(len(minus))]).double()
    accuracy = _held_out(shown, labels, moments)
    plane = Design(shown, moments.mean, moments.spread, _DECAY).logistic(labels)
    return direction_of(
        space,
        moments,
        name,
        plane.pattern(moments.covariance),
        plane.weights,
        group="mine",
        found=f"learned from {len(plus)} plus and {len(minus)} minus; spread of "
        f"{moments.count:,} faces",
        accuracy=accuracy,
        model_id=generator.info.model_id,
    )


def arithmetic(
    generator: Generator,
    plus: Sequence[Recipe],
    minus: Sequence[Recipe] = (),
    more: Sequence[Recipe] = (),
) -> Steps[Step, None, Recipe]:
    """The face of: mean of a set, minus mean of a set, plus mean of a set (Radford et al. 2015, 6).

    In the style space; where the style is z, the sum is brought back to the length that its parts
    have on average, as every blend in z is. With the first set alone it is their mean.

    Args:
        generator: the model.
        plus: such as smiling women.
        minus: such as women.
        more: such as men.

    Returns:
        A recipe of one vector: z where the style is z, otherwise w+. Classes and noise are those
        of the last set's first face.

    Raises:
        StudioError: the first set is empty, or only one of the others is.
    """
    if not plus or bool(minus) != bool(more):
        raise StudioError(
            "Nothing to add up",
            "the first set, or one of the other two, has no faces",
            "Put at least one face into each set.",
        )
    sum_ = _Sum(StyleSpace.of(generator))
    total = len(plus) + len(minus) + len(more)
    done = 0
    for recipes, sign in ((plus, 1.0), (minus, -1.0), (more, 1.0)):
        for recipe in recipes:
            sum_.add(styles_of(generator, recipe)[0], sign / len(recipes))
            done += 1
            yield Step(done, total)
    last = (more or plus)[0]
    return Recipe(
        ModelRef.of(generator.info),
        (Anchor(sum_.vector()),),
        truncation=Truncation(),
        classes=last.classes,
        noise=last.noise,
    )


@dataclass
class _Sum:
    """Styles [L, D] and their shares, which sum to one."""

    space: StyleSpace
    styles: list[Tensor] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def add(self, styles: Tensor, share: float) -> None:
        self.styles.append(styles.float().cpu())
        self.shares.append(share)

    def vector(self) -> Vector:
        if self.space.is_z:
            parts = self.space.flat(torch.stack(self.styles)).float().numpy()
            return Vector("z", blend_z(list(parts), self.shares))
        shares = torch.tensor(self.shares)[:, None, None]
        return Vector("w+", (torch.stack(self.styles) * shares).sum(0).numpy())


def _check_examples(name: str, plus: Sequence[Recipe], minus: Sequence[Recipe]) -> None:
    if min(len(plus), len(minus)) < LEAST:
        raise StudioError(
            "Too few examples",
            f"{len(plus)} {'face is' if len(plus) == 1 else 'faces are'} marked plus "
            f"and {len(minus)} minus",
            f"Mark at least {LEAST} faces each way.",
        )
    if set(plus) & set(minus):
        raise StudioError(
            f"{name} could not be learned",
            "a face is among those with plus and those with minus",
            "Mark each face one way.",
        )


def _coordinates(
    generator: Generator, space: StyleSpace, recipes: Sequence[Recipe], before: int
) -> Steps[Step, None, Tensor]:
    """Where recipes are drawn from: [N, F]."""
    found = []
    for done, recipe in enumerate(recipes, start=before + 1):
        found.append(space.flat(styles_of(generator, recipe)))
        yield Step(done, before + len(recipes))
    return torch.cat(found)


def _held_out(shown: Tensor, labels: Tensor, moments: StyleMoments) -> float:
    """The share of faces told rightly by planes that were fitted without them."""
    right = 0.0
    for held in folds(len(labels), PARTS, labels):
        kept = torch.ones(len(labels), dtype=torch.bool)
        kept[held] = False
        plane = Design(shown[kept], moments.mean, moments.spread, _DECAY).logistic(labels[kept])
        right += told_rightly(plane, shown[held], labels[held]) * len(held)
    return right / len(labels)
