"""Classes of a recipe: up to four with shares that sum to one, apart from where the face lies."""

from collections.abc import Sequence
from dataclasses import replace

from latentstudio.core.recipe import Recipe, with_seed

Shares = tuple[tuple[str, float], ...]

MOST = 4
"""So many classes can be blended at once; they have the letters A to D."""

_CLOSE = 1e-4


def shares_of(recipe: Recipe, names: Sequence[str]) -> Shares:
    """The classes chosen and their shares, which sum to one; the first of all by default.

    Args:
        recipe: may hold any shares, also ones that a script wrote.
        names: of all classes of the model; an empty list has no shares.
    """
    if not names:
        return ()
    given = recipe.classes[:MOST]
    total = sum(share for _, share in given)
    if total <= 0:
        return ((given[0][0] if given else names[0], 1.0), *((name, 0.0) for name, _ in given[1:]))
    return tuple((name, share / total) for name, share in given)


def with_only(recipe: Recipe, name: str) -> Recipe:
    """One class alone; the face keeps its place."""
    return replace(recipe, classes=((name, 1.0),))


def with_sample(recipe: Recipe, names: Sequence[str], seed: int) -> Recipe:
    """One plain sample of a seed; seeds in a row have all classes in turn, so a map shows each."""
    face = with_seed(recipe, seed)
    return with_only(face, names[seed % len(names)]) if names else face


def sample_name(names: Sequence[str], seed: int) -> str:
    """What such a sample is called: "Seed 3", and its class where there are some."""
    return f"Seed {seed} · {names[seed % len(names)]}" if names else f"Seed {seed}"


def with_class(recipe: Recipe, names: Sequence[str], name: str) -> Recipe:
    """Blend in another class with an equal share; no more than four, and none twice."""
    shares = shares_of(recipe, names)
    if len(shares) >= MOST or any(chosen == name for chosen, _ in shares):
        return recipe
    part = 1.0 / (len(shares) + 1)
    kept = tuple((chosen, share * (1.0 - part)) for chosen, share in shares)
    return replace(recipe, classes=(*kept, (name, part)))


def without_class(recipe: Recipe, names: Sequence[str], name: str) -> Recipe:
    """Take a class out; the others keep their proportions, and the last one stays."""
    shares = shares_of(recipe, names)
    rest = tuple((chosen, share) for chosen, share in shares if chosen != name)
    if not rest or len(rest) == len(shares):
        return recipe
    return replace(recipe, classes=_whole(rest))


def with_share(recipe: Recipe, names: Sequence[str], name: str, share: float) -> Recipe:
    """Give a chosen class a share, 0 to 1; the others keep their proportions of the rest."""
    shares = shares_of(recipe, names)
    others = [part for chosen, part in shares if chosen != name]
    if len(others) == len(shares) or not others:
        return recipe
    share, total = min(max(share, 0.0), 1.0), sum(others)

    def rest(part: float) -> float:
        return (1.0 - share) * (part / total if total > 0 else 1.0 / len(others))

    changed = tuple((chosen, share if chosen == name else rest(part)) for chosen, part in shares)
    return replace(recipe, classes=changed)


def with_path(recipe: Recipe, names: Sequence[str], place: float) -> Recipe:
    """Stand on the way from class to class: 0 is A, 1 is B, 2.5 halfway between C and D."""
    shares = shares_of(recipe, names)
    place = min(max(place, 0.0), len(shares) - 1.0)
    classes = tuple((name, max(0.0, 1.0 - abs(place - at))) for at, (name, _) in enumerate(shares))
    return replace(recipe, classes=classes)


def path_of(recipe: Recipe, names: Sequence[str]) -> float | None:
    """Where on that way the classes stand; None for a blend that is not on it."""
    present = [(at, part) for at, (_, part) in enumerate(shares_of(recipe, names)) if part > _CLOSE]
    if not present or len(present) > 2 or present[-1][0] - present[0][0] > 1:
        return None
    return sum(at * part for at, part in present) / sum(part for _, part in present)


def search(names: Sequence[str], words: str) -> tuple[int, ...]:
    """Places of the classes whose names hold all the words; those that begin so come first."""
    wanted = words.casefold().split()
    found = [at for at, name in enumerate(names) if all(w in name.casefold() for w in wanted)]
    if not wanted:
        return tuple(found)
    return tuple(sorted(found, key=lambda at: not names[at].casefold().startswith(wanted[0])))


def summary(recipe: Recipe, names: Sequence[str]) -> str:
    """The blend in a few words: ``Freckles``, ``Freckles 31 %, Undercut 69 %``, ``3 classes``."""
    present = [(name, part) for name, part in shares_of(recipe, names) if part > _CLOSE]
    if len(present) > 2:
        return f"{len(present)} classes"
    if len(present) == 1:
        return present[0][0]
    return ", ".join(f"{name} {percent} %" for name, percent in percents(tuple(present)))


def percents(shares: Shares) -> tuple[tuple[str, int], ...]:
    """Shares as whole percent that sum to 100: what rounding loses goes to the largest losses."""
    whole = [int(100 * share + 1e-9) for _, share in shares]
    lost = sorted(range(len(shares)), key=lambda at: whole[at] - 100 * shares[at][1])
    for at in lost[: 100 - sum(whole)]:
        whole[at] += 1
    return tuple((name, part) for (name, _), part in zip(shares, whole, strict=True))


def _whole(shares: Shares) -> Shares:
    total = sum(share for _, share in shares)
    if total <= 0:
        return tuple((name, 1.0 if at == 0 else 0.0) for at, (name, _) in enumerate(shares))
    return tuple((name, share / total) for name, share in shares)
