"""Fuzzy matching: how well a few typed letters fit a name, and which of its letters they are."""

from dataclasses import dataclass

_WORD_START = 8.0  # a letter that begins a word says more than one inside it
_RUN = 8.0  # letters that follow each other were typed as they are written
_PLAIN = 1.0
_FIRST = 3.0  # the very beginning of the name
_SKIP = 0.2  # each letter passed over, up to `_MOST_SKIPPED` of them
_MOST_SKIPPED = 10
_LENGTH = 0.02  # of two names that fit alike the shorter one is meant
_NOWHERE = float("-inf")


@dataclass(frozen=True)
class Match:
    """How a name fits.

    Attributes:
        score: the higher, the better; only scores of one query can be compared.
        places: the letters of the name that were typed, ascending.
    """

    score: float
    places: tuple[int, ...]


def match(query: str, name: str) -> Match | None:
    """Fit a query to a name: its letters in order, words in any order; None where one is missing.

    Case does not count. ``sv pi`` fits ``Save picture``, and so does ``picture save``.
    """
    words = query.lower().split()
    found = [_best(word, name.lower()) for word in words]
    if any(one is None for one in found):
        return None
    matches = [one for one in found if one is not None]
    places = sorted({place for one in matches for place in one.places})
    return Match(sum(one.score for one in matches) - _LENGTH * len(name), tuple(places))


def _best(word: str, name: str) -> Match | None:
    """The best way to find the letters of a word in a name: by dynamic programming.

    ``ends[j]`` is the best score of the letters so far with the last one at place j of the name;
    ``steps`` says where the letter before it was, to walk back from the best end.
    """
    ends, steps = [0.0 if at == 0 else _NOWHERE for at in range(len(name))], []
    for number, letter in enumerate(word):
        ends, came = _next(letter, name, ends, first=number == 0)
        steps.append(came)
    if not word or not ends or max(ends) == _NOWHERE:
        return None
    place = max(range(len(name)), key=ends.__getitem__)
    score, places = ends[place], []
    for came in reversed(steps):
        places.append(place)
        place = came[place]
    return Match(score, tuple(reversed(places)))


def _next(
    letter: str, name: str, ends: list[float], *, first: bool
) -> tuple[list[float], list[int]]:
    """Place one more letter; scores by its place, and the place of the letter before it."""
    scores, came = [_NOWHERE] * len(name), [0] * len(name)
    for at, here in enumerate(name):
        if here != letter:
            continue
        own = _worth(name, at)
        if first:
            scores[at] = own - _skipped(at)
            continue
        for before in range(at):
            if ends[before] == _NOWHERE:
                continue
            gap = at - before - 1
            score = ends[before] + (max(own, _RUN) if gap == 0 else own - _skipped(gap))
            if score > scores[at]:
                scores[at], came[at] = score, before
    return scores, came


def _worth(name: str, at: int) -> float:
    if at == 0:
        return _WORD_START + _FIRST
    return _PLAIN if name[at - 1].isalnum() else _WORD_START


def _skipped(count: int) -> float:
    return _SKIP * min(count, _MOST_SKIPPED)
