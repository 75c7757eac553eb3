"""StatusDot, KeyCap and KeyHints: the small signs of the status bar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, Label, painter_on, stroke, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent

Picture = Literal["exact", "live", "rendering", "stopped"]
_APART = 14  # pixels at 100 % between two hints
_WORDS = {"exact": "Exact", "live": "Live", "rendering": "Rendering", "stopped": "Stopped"}


class StatusDot(Control, QWidget):
    """How the picture on the canvas came about: a shape, a colour and a word."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: Picture = "exact"
        self._detail = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.become("State of the picture")
        self.set_state("exact")

    def set_state(self, state: Picture, detail: str = "") -> None:
        """Shows a state; ``detail`` follows the word (``64 px``)."""
        if (state, detail) == (self._state, self._detail):
            return
        self._state, self._detail = state, detail
        self.setAccessibleDescription(self.words())
        self.updateGeometry()
        self.update()

    def words(self) -> str:
        """What it says."""
        return f"{_WORDS[self._state]} {self._detail}".strip()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font("strong"))
        return QSize(theme.px(14) + metrics.horizontalAdvance(self.words()) + 1, theme.px(18))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        self._paint_sign(painter, QPointF(theme.px(4), self.height() / 2))
        area = QRectF(self.rect()).adjusted(theme.px(14), 0, 0, 0)
        write(painter, area, self.words(), role="strong", token="text")
        painter.end()

    def _paint_sign(self, painter: QPainter, center: QPointF) -> None:
        radius = theme.px(7) / 2
        box = QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._state == "exact":
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(box)
        elif self._state == "stopped":
            painter.fillRect(box, theme.color("error"))
        elif self._state == "live":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("warning"), 2))
            painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color("outline"), 2))
            painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.setPen(QPen(theme.color("a"), 2))
            painter.drawArc(box.adjusted(0.5, 0.5, -0.5, -0.5), 90 * 16, -120 * 16)


class KeyCap(Control, QWidget):
    """The name of a key in its outline."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.become(text, kind="key")

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font("small")).horizontalAdvance(self._text)
        height = theme.px(16)
        return QSize(max(height, words + theme.px(10)), height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        stroke(painter, self.rect(), "outline", 1, 3)
        middle = Qt.AlignmentFlag.AlignHCenter
        write(painter, self.rect(), self._text, role="small", token="text", align=middle)
        painter.end()


class KeyHints(Control, QWidget):
    """Keys that work now, each with what it does; as many as fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hints: list[tuple[str, str]] = []
        self._parts: list[tuple[KeyCap, Label]] = []
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(1)
        self.become("Keys")
        self.theme_changed()

    def set_hints(self, hints: Sequence[tuple[str, str]]) -> None:
        """Shows pairs of key and words."""
        if list(hints) == self._hints:
            return
        self._hints = list(hints)
        for cap, label in self._parts:
            for part in (cap, label):
                self._line.removeWidget(part)
                part.deleteLater()
        self._parts = [(KeyCap(key, self), Label(words, parent=self)) for key, words in hints]
        for at, (cap, label) in enumerate(self._parts):
            self._line.insertWidget(2 * at, cap)
            self._line.insertWidget(2 * at + 1, label)
        self.setAccessibleDescription(", ".join(f"{key} {words}" for key, words in hints))
        self.theme_changed()

    def theme_changed(self) -> None:
        self._line.setSpacing(theme.px(6))
        for _, label in self._parts:
            label.setContentsMargins(0, 0, theme.px(_APART), 0)
        self._fit()
        super().theme_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave out what would be cut off."""
        end = 0
        for pair in self._parts:
            end += self._wide(pair)
            for part in pair:
                part.setVisible(end <= self.width())  # which may be another by now
        self._line.activate()

    def _wide(self, pair: tuple[KeyCap, Label]) -> int:
        return sum(part.sizeHint().width() + self._line.spacing() for part in pair)

    def sizeHint(self) -> QSize:
        """Of all of them, whether they are seen now or not."""
        return QSize(sum(map(self._wide, self._parts)), super().sizeHint().height())
