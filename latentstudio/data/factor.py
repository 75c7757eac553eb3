"""A factor: a named property of a face, and its values as numbers."""

from dataclasses import dataclass

HIDDEN = "hidden"
UNCLEAR = "unclear"


@dataclass(frozen=True)
class Factor:
    """A named property of a face.

    Attributes:
        name: for example ``mouth`` or ``rotate``.
        kind: ``category`` (one of ``values``) or ``number`` (within ``range``).
        values: the vocabulary of a category; empty for a number.
        range: lowest and highest value of a number.
        unit: of a number.
        meaning: how to tell the values apart.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    range: tuple[float, float] = (0.0, 0.0)
    unit: str = ""
    meaning: str = ""

    def code(self, value: str | float | None) -> float:
        """The value as a number: index in ``values``, -1 hidden or not in the style, -2 unclear."""
        if self.kind == "number":
            return float(value or 0.0)
        if value is None or value == HIDDEN:
            return -1.0
        return -2.0 if value == UNCLEAR else float(self.values.index(str(value)))

    def value(self, code: float) -> str | float:
        """What ``code`` made a number of."""
        if self.kind == "number":
            return float(code)
        return {-1: HIDDEN, -2: UNCLEAR}.get(int(code)) or self.values[int(code)]
