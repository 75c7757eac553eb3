"""Start cards: a model with four of its faces, and a file that was open lately, as buttons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QSizePolicy

from latentstudio.core.bundle import read_card
from latentstudio.core.errors import StudioError
from latentstudio.core.face_map import map_file
from latentstudio.resources import assets
from latentstudio.ui import theme
from latentstudio.ui.controls.base import draw_icon, fill, stroke, write
from latentstudio.ui.controls.buttons import Button
from latentstudio.ui.controls.faces import Face, paint_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

CARD_FACES = 4
_FAMILIES = {
    "stylegan": "StyleGAN",
    "progressive": "Progressive",
    "biggan": "BigGAN",
    "dcgan": "DCGAN",
}
_KINDS = {".latent": ("file", "session"), ".png": ("image", "picture with its recipe")}
_CARD, _RECENT, _FACE, _GAP = 66, 40, 24, 2
_KEPT = 48  # pixels of a face that is kept for the next start


@dataclass(frozen=True)
class ModelLine:
    """What a card says of a model: its name, what opens it, its id and a line of facts."""

    name: str
    source: str
    model_id: str
    facts: str


def model_line(name: str, source: str, path: Path) -> ModelLine | None:
    """The card of a model file; None where it is none, or damaged."""
    try:
        card = read_card(path)
    except StudioError:
        return None
    family = _FAMILIES.get(card.family, card.family)
    parts = [family, f"{card.config.capabilities['resolution']} px"]
    if card.classes:
        parts.append(f"{len(card.classes)} classes")
    return ModelLine(name, source, card.model_id, " · ".join(parts))


class ModelCard(Button):
    """A model to choose: four of its faces, its name, and a tick when it is open."""

    def __init__(self, line: ModelLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = line
        self._open = False
        images = kept_faces(line.model_id) or shipped_faces(line.source)
        self._faces = [Face(image) for image in images]
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(line.name)
        self.setAccessibleDescription(line.facts)

    def set_open(self, on: bool) -> None:
        """Whether it is the model whose faces are shown."""
        self._open = on
        self.update()

    def set_faces(self, images: Sequence[QImage]) -> None:
        """Shows four faces of the model."""
        self._faces = [Face(image) for image in images[:CARD_FACES]]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(_CARD))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        fill(painter, area, "hover" if self.is_hot() else "raised", 6)
        if self._open:
            stroke(painter, area, "accent", 1.5, 6)
        elif not theme.tokens().dark:
            stroke(painter, area, "line", 1, 6)
        left = self._paint_faces(painter, area)
        right = theme.px(32) if self._open else theme.px(10)
        words = QRectF(left, area.top(), area.right() - right - left, area.height())
        name = words.adjusted(0, theme.px(13), 0, -theme.px(33))
        facts = words.adjusted(0, theme.px(33), 0, -theme.px(13))
        write(painter, name, self.line.name, role="heading", token="text")
        write(painter, facts, self.line.facts, token="muted")
        if self._open:
            tick = QPointF(area.right() - theme.px(20), area.center().y())
            draw_icon(painter, tick, "check", "accent")

    def _paint_faces(self, painter: QPainter, area: QRectF) -> float:
        """The faces two by two, or a sign where none is known yet; returns where words begin."""
        edge, gap, side = theme.px(_FACE), theme.px(_GAP), theme.px(8)
        block = 2 * edge + gap
        top = area.top() + (area.height() - block) / 2
        if not self._faces:
            box = QRectF(area.left() + side, top, block, block)
            fill(painter, box, "panel", 4)
            draw_icon(painter, box.center(), "users", "faint", 20)
        for index, face in enumerate(self._faces):
            x = area.left() + side + (index % 2) * (edge + gap)
            y = top + (index // 2) * (edge + gap)
            paint_picture(painter, QRectF(x, y, edge, edge), face, 3)
        return area.left() + side + block + theme.px(12)


class RecentRow(Button):
    """A file that was open lately: its name, what it is, and of which day."""

    def __init__(self, path: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon, words = _KINDS.get(path.suffix.lower(), ("box", "model"))
        self.become(path.name)
        self.set_tooltip(str(path))
        self.setAccessibleDescription(f"{words}, {_day(path)}".removesuffix(", "))

    def sizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(_RECENT))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        if self.is_hot():
            fill(painter, area, "hover")
        high = theme.px(_RECENT)
        draw_icon(painter, QPointF(theme.px(16), high / 2), self._icon, "muted")
        left = theme.px(36)
        words = QRectF(left, 0, area.width() - left - theme.px(4), high)
        half = high / 2
        first = words.adjusted(0, theme.px(3), 0, -half)
        second = words.adjusted(0, half - theme.px(1), 0, -theme.px(3))
        write(painter, first, self.path.stem, role="strong", token="text")
        write(painter, second, self.accessibleDescription(), role="small", token="faint")


def kept_faces(model_id: str) -> list[QImage]:
    """The four faces of a model that were shown when it was open, if they were kept."""
    return _cut(_file(model_id))


def shipped_faces(source: str) -> list[QImage]:
    """Four faces of a bundled model, by its name, for the time before it is first opened."""
    return _cut(assets() / "faces" / f"{source}.png")


def keep_faces(model_id: str, images: Sequence[QImage]) -> None:
    """Keep four faces of a model for its card; they can be drawn anew at any time."""
    write_faces(images, _file(model_id))


def write_faces(images: Sequence[QImage], path: Path) -> None:
    """Write four faces side by side, as they are kept and shipped."""
    row = QImage(CARD_FACES * _KEPT, _KEPT, QImage.Format.Format_RGB32)
    painter = QPainter(row)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    for index, image in enumerate(images[:CARD_FACES]):
        smooth = Qt.TransformationMode.SmoothTransformation
        whole = Qt.AspectRatioMode.IgnoreAspectRatio
        painter.drawImage(index * _KEPT, 0, image.scaled(_KEPT, _KEPT, whole, smooth))
    painter.end()
    row.save(str(path))


def _cut(path: Path) -> list[QImage]:
    row = QImage(str(path))
    if row.width() != CARD_FACES * _KEPT or row.height() != _KEPT:
        return []
    return [row.copy(index * _KEPT, 0, _KEPT, _KEPT) for index in range(CARD_FACES)]


def _day(path: Path) -> str:
    """When a file was written, in words; nothing for one that is gone."""
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime)
    except OSError:
        return ""
    days = (date.today() - written.date()).days
    return {0: f"today {written:%H:%M}", 1: "yesterday"}.get(days, f"{written:%d %B %Y}")


def _file(model_id: str) -> Path:
    return map_file(model_id).with_suffix(".png")
