"""Between: the recipe on the way from one picture to another of the same model."""

from dataclasses import replace

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Blend, Move, Noise, Recipe, Truncation
from latentstudio.core.walk import Stop, blended, stop_of

_PAIR = 2  # latents that slerp; more are a sum


def between(a: Recipe, b: Recipe, t: float, info: ModelInfo | None = None) -> Recipe:
    """The recipe at a share ``t`` (0 to 1) of the way from ``a`` to ``b``, which are its ends.

    Faces are blended, along arcs where both are blends in z and straight in w otherwise; psi,
    classes, noise strengths and moves change evenly. What is one or the other (the kind and the
    seed of the noise, the cutoff, the picture around a hole) changes in the middle.

    Args:
        a: where the way begins.
        b: where it ends; of the same model.
        t: outside 0 to 1 one of the ends.
        info: of the model; with it blends of two in z, too, join others without a step.
    """
    if t <= 0 or a == b:
        return a
    if t >= 1:
        return b
    near = a if t < 0.5 else b
    space: Blend = "z" if a.space == b.space == "z" else "w"
    return replace(
        near,
        anchors=_anchors(a, b, t, space, info),
        blend=space,
        truncation=_truncation(a.truncation, b.truncation, t),
        classes=_classes(a, b, t, info),
        noise=_noise(a.noise, b.noise, t),
        moves=_moves(a.moves, b.moves, t),
    )


def _anchors(a: Recipe, b: Recipe, t: float, space: Blend, info: ModelInfo | None) -> Stop:
    known = {anchor.latent for end in (a, b) for anchor in end.active}

    def stop(end: Recipe) -> Stop:
        # A blend in z is no blend in w, and two latents slerp where more are a sum: at such an end
        # the picture would jump. The one latent that the blend is stands for it there.
        jumps = space == "w" or len(end.active) == _PAIR < len(known)
        return stop_of(end, info) if info is not None and jumps else end.active

    return blended((stop(a), stop(b)), (1 - t, t))


def _truncation(a: Truncation, b: Truncation, t: float) -> Truncation:
    near = a if t < 0.5 else b
    cutoff = near.cutoff
    if 1.0 in (a.psi, b.psi):  # where nothing is truncated the cutoff is seen nowhere
        cutoff = b.cutoff if a.psi == 1.0 else a.cutoff
    return replace(near, psi=_mean(a.psi, b.psi, t), cutoff=cutoff)


def _classes(
    a: Recipe, b: Recipe, t: float, info: ModelInfo | None
) -> tuple[tuple[str, float], ...]:
    default = ((info.classes[0], 1.0),) if info is not None and info.classes else ()
    first, second = dict(a.classes or default), dict(b.classes or default)
    if a.classes == b.classes or not (first and second):
        return (a if t < 0.5 else b).classes
    names = dict.fromkeys((*first, *second))
    return tuple((name, _mean(first.get(name, 0.0), second.get(name, 0.0), t)) for name in names)


def _noise(a: Noise, b: Noise, t: float) -> Noise:
    seen_a, seen_b = _strength(a), _strength(b)
    first = t < 0.5 if seen_a and seen_b else bool(seen_a)
    kind = a if first else b  # noise that is not seen takes on the kind of the other's
    inputs = max(len(a.layers), len(b.layers))
    pairs = zip(*(replace(n, strength=1.0).strengths(inputs) for n in (a, b)), strict=True)
    layers = tuple(_mean(one, other, t) for one, other in pairs)
    return replace(kind, strength=_mean(seen_a, seen_b, t), layers=layers)


def _strength(noise: Noise) -> float:
    return 0.0 if noise.mode == "none" else noise.strength


def _moves(a: tuple[Move, ...], b: tuple[Move, ...], t: float) -> tuple[Move, ...]:
    """The moves of both, each with its share of the way; equal ones with other amounts once."""
    rest = list(b)
    moves = []
    for move in a:
        same = next((m for m in rest if replace(m, amount=move.amount) == move), None)
        if same is not None:
            rest.remove(same)
        amount = _mean(move.amount, 0.0 if same is None else same.amount, t)
        moves.append(replace(move, amount=amount))
    return (*moves, *(replace(move, amount=_mean(0.0, move.amount, t)) for move in rest))


def _mean(a: float, b: float, t: float) -> float:
    return a if a == b else (1 - t) * a + t * b
