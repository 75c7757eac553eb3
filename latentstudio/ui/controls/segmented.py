"""Segmented: two to five choices side by side, one or several of them on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, draw_icon, painter_on, raised, ring, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPainter, QPaintEvent

_HEIGHT, _PADDING, _ICON, _GAP = 28, 14, 16, 6
_NARROWEST = 56
_INSET = 2  # between the body and the active segment


class Segment(Control, QAbstractButton):
    """One choice; exclusive ones have the role of a radio button."""

    def __init__(self, text: str, icon: str, exclusive: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self._icon, self._bare = icon, False
        self.setText(text)
        self.setCheckable(True)
        self.setAutoExclusive(exclusive)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(text)

    def set_bare(self, on: bool) -> None:
        """Show the icon alone; the words are its tooltip then."""
        if on != self._bare and self._icon:
            self._bare = on
            self.setToolTip(self.text() if on else "")
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        if self._bare:
            return QSize(theme.px(_ICON + _PADDING + 8), theme.px(_HEIGHT))
        words = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        icon = theme.px(_ICON + _GAP) if self._icon else 0
        wanted = words + icon + 2 * theme.px(_PADDING)
        return QSize(max(theme.px(_NARROWEST), wanted), theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        if self._bare:
            return self.sizeHint()
        words = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        return QSize(words + theme.px(4), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        area = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        if self.isChecked():
            self._paint_active(painter, area)
        self._paint_words(painter, area)
        if self.shows_focus():
            ring(painter, self.rect())
        painter.end()

    def _paint_active(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tokens().active)
        painter.drawRoundedRect(area, 3, 3)
        inset = theme.px(6)
        line = QRectF(area.left() + inset, area.bottom() - 1, area.width() - 2 * inset, 2)
        painter.fillRect(line, theme.color("accent" if self.isEnabled() else "outline"))

    def _paint_words(self, painter: QPainter, area: QRectF) -> None:
        lit = self.isChecked() or self.underMouse()
        token = ("text" if lit else "muted") if self.isEnabled() else "outline"
        if self._bare:
            draw_icon(painter, area.center(), self._icon, "accent" if self.isChecked() else token)
            return
        words = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        icon = theme.px(_ICON + _GAP) if self._fits_icon(area, words) else 0
        left = area.left() + max(0.0, (area.width() - words - icon) / 2)
        if icon:
            tint = "accent" if self.isChecked() and self.isEnabled() else token
            center = QPointF(left + theme.px(_ICON) / 2, area.center().y())
            draw_icon(painter, center, self._icon, tint)
        rest = QRectF(left + icon, area.top(), area.right() - left - icon, area.height())
        write(painter, rest, self.text(), role="strong", token=token)

    def _fits_icon(self, area: QRectF, words: int) -> bool:
        return bool(self._icon) and area.width() >= words + theme.px(_ICON + _GAP + 4)


class Segmented(Control, QWidget):
    """A row of segments in one body.

    Signals:
        chosen: index of the segment the user picked (exclusive).
        toggled: index and state of a segment (not exclusive).
    """

    chosen = Signal(int)
    toggled = Signal(int, bool)

    def __init__(
        self,
        items: Sequence[str | tuple[str, str]],
        *,
        exclusive: bool = True,
        on_card: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._exclusive, self._on_card = exclusive, on_card
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self._group = QButtonGroup(self)  # makes one tab stop and moves by arrow keys
        self._group.setExclusive(exclusive)
        self.segments: list[Segment] = []
        for index, item in enumerate(items):
            icon, text = ("", item) if isinstance(item, str) else item
            segment = Segment(text, icon, exclusive, self)
            segment.clicked.connect(lambda on, at=index: self._clicked(at, on))
            row.addWidget(segment)
            if exclusive:
                self._group.addButton(segment)
            self.segments.append(segment)
        self.become(name or ", ".join(segment.text() for segment in self.segments))
        if exclusive:
            self.set_current(0)

    def set_bare(self, on: bool) -> None:
        """Show icons alone where there is no room for words."""
        for segment in self.segments:
            segment.set_bare(on)

    def current(self) -> int:
        """Index of the chosen segment, -1 for none."""
        return next(iter(self.checked()), -1)

    def set_current(self, index: int) -> None:
        """Chooses a segment; emits nothing. -1 leaves none chosen."""
        if self._exclusive:
            self._group.setExclusive(index >= 0)
        for at, segment in enumerate(self.segments):
            segment.setChecked(at == index)
        self._group.setExclusive(self._exclusive)

    def checked(self) -> list[int]:
        """Indices of all segments that are on."""
        return [at for at, segment in enumerate(self.segments) if segment.isChecked()]

    def set_checked(self, index: int, on: bool) -> None:
        """Turns one segment on or off; emits nothing."""
        self.segments[index].setChecked(on)

    def set_segment_reason(self, index: int, reason: str) -> None:
        """Says why one choice is not to be had."""
        self.segments[index].set_reason(reason)

    def _clicked(self, index: int, on: bool) -> None:
        if self._exclusive:
            self.chosen.emit(index)
        else:
            self.toggled.emit(index, on)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        body = QRectF(self.rect())
        raised(painter, body, "panel" if self._on_card else "raised")
        painter.end()
