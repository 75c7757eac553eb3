"""Layout: where the faces of a page stand, and the lines of words under them, in pixels."""

import math
from dataclasses import dataclass

from latentstudio.core.still import Scale, check_size

GAP = 2
"""Pixels between the faces, and around them, at 1x."""
_LETTERS = 14  # of the height of a face is one line of words
_SMALLEST = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """A white page of faces in rows and columns.

    Attributes:
        rows, columns: of faces.
        side: of a face as it is drawn.
        scale: how many times as large it is on the page.
        words: whether there is a line under each row.
    """

    rows: int
    columns: int
    side: int
    scale: Scale = 1
    words: bool = False

    @property
    def face(self) -> int:
        """The side of a face on the page."""
        return self.side * self.scale

    @property
    def gap(self) -> int:
        return GAP * self.scale

    @property
    def letters(self) -> int:
        """The size of the type."""
        return max(_SMALLEST, self.face // _LETTERS)

    @property
    def line(self) -> int:
        """The height of a line of words; 0 without them."""
        return round(self.letters * 1.7) if self.words else 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the page."""
        wide = self.columns * (self.face + self.gap) + self.gap
        return wide, self.rows * (self.face + self.line + self.gap) + self.gap

    def corner(self, row: int, column: int) -> tuple[int, int]:
        """Left and top of a face."""
        top = self.gap + row * (self.face + self.line + self.gap)
        return self.gap + column * (self.face + self.gap), top

    def check(self) -> None:
        """Refuse a page that could not be opened again; errors as ``check_size``."""
        check_size(*self.size)


def table_of(count: int, columns: int | None = None) -> tuple[int, int]:
    """Rows and columns for so many faces, about as many of the ones as of the others."""
    columns = columns or math.ceil(math.sqrt(count))
    return math.ceil(count / columns), columns
