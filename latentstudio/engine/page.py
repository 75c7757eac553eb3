"""Page: faces in rows and columns with words under them, put together and written step by step."""

from collections.abc import Generator as Steps
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from latentstudio.core.files import atomic_file
from latentstudio.core.layout import Layout
from latentstudio.core.picture import PictureNote, Pixels
from latentstudio.core.still import EXACT, Still, scaled, slices
from latentstudio.engine.messages import Step
from latentstudio.resources import asset

_LONGEST = 120  # characters of a line, before it is measured
_INK = 40


class Page:
    """A white page of faces.

    Args:
        rows: of faces.
        columns: of faces.
        side: of a face as it is drawn.
        still: how large it is to be written; every face is scaled before it is put in.
        words: whether there is room for a line under each row.

    Raises:
        StudioError: more pixels than a picture can have.
    """

    def __init__(
        self, rows: int, columns: int, side: int, still: Still = EXACT, *, words: bool = False
    ) -> None:
        self._still = still
        self._layout = Layout(rows, columns, side, still.scale, words)
        self._layout.check()
        wide, high = self._layout.size
        self.pixels: Pixels = np.full((high, wide, 3), 255, np.uint8)

    def put(self, row: int, column: int, face: Pixels, words: str = "") -> None:
        """Place a face uint8 [side, side, 3], with words under it that are cut where it ends."""
        left, top = self._layout.corner(row, column)
        bottom, right = top + self._layout.face, left + self._layout.face
        self.pixels[top:bottom, left:right] = scaled(face, self._still.scale, self._still.smooth)
        line = self._layout.line
        if words and line:
            self.pixels[bottom : bottom + line, left:right] = self._written(words)

    def write(self, out: Path, note: PictureNote, faces: int) -> Steps[Step, None, Path]:
        """Write the page, as a whole or not at all; a piece a step, after so many faces."""
        with atomic_file(out) as temporary, temporary.open("wb") as file:
            per_metre = self._still.per_metre(self.pixels.shape[1])
            for piece in slices(self.pixels, self._still.note(note), per_metre):
                file.write(piece)
                yield Step(faces, faces, f"Writing {out.name}")
        return out

    @cached_property
    def _font(self) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(asset("fonts/Inter-Regular.ttf"), self._layout.letters)

    def _written(self, words: str) -> Pixels:
        wide, high = self._layout.face, self._layout.line
        strip = Image.new("RGB", (wide, high), (255, 255, 255))
        pen = ImageDraw.Draw(strip)
        shown = self._cut(pen, words)
        pen.text((wide / 2, high / 2), shown, fill=(_INK,) * 3, font=self._font, anchor="mm")
        return np.asarray(strip)

    def _cut(self, pen: ImageDraw.ImageDraw, words: str) -> str:
        """As much of a line as fits under a face."""
        room, words = self._layout.face - 2 * self._layout.gap, words[:_LONGEST]
        if pen.textlength(words, self._font) <= room:
            return words
        while words and pen.textlength(words + "…", self._font) > room:
            words = words[:-1]
        return words.rstrip() + "…"
