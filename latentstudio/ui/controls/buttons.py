"""Buttons: icon only, with words, and the one filled button of a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import (
    Control,
    draw_icon,
    fill,
    painter_on,
    raised,
    ring,
    write,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent

_ICON, _GAP, _PADDING = 16, 8, 12


class Button(Control, QAbstractButton):
    """What the buttons share: Return presses, the reason is shown, the ring is drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.show_ring(True)
            self.click()
        else:
            super().keyPressEvent(event)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        self.paint(painter, QRectF(self.rect()))
        if self.shows_focus():
            ring(painter, self.rect())
        painter.end()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Draws the button without its ring."""
        raise NotImplementedError

    def is_hot(self) -> bool:
        """Whether the pointer is over a button that works."""
        return self.isEnabled() and self.underMouse()


class IconButton(Button):
    """An icon with a tooltip that names its key; bright under the pointer, accent when on."""

    def __init__(
        self,
        icon: str,
        tooltip: str,
        key: str = "",
        *,
        checkable: bool = False,
        size: int = 28,
        icon_size: int = _ICON,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._size, self._icon_size = icon, size, icon_size
        self._width: int | None = None
        self.setCheckable(checkable)
        self.become(tooltip)
        self.set_tooltip(f"{tooltip} ({key})" if key else tooltip)

    def set_icon(self, name: str) -> None:
        """Shows another drawing."""
        self._icon = name
        self.update()

    def set_width(self, width: int) -> None:
        """Makes the button narrower or wider than high, in pixels at 100 %."""
        self._width = width
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(self._width or self._size), theme.px(self._size))

    def paint(self, painter: QPainter, area: QRectF) -> None:
        if self.isChecked():
            fill(painter, area, "selected")
        elif self.is_hot():
            fill(painter, area, "hover")
        draw_icon(painter, area.center(), self._icon, self._token(), self._icon_size)

    def _token(self) -> str:
        if not self.isEnabled():
            return "outline"
        if self.isChecked():
            return "accent"
        return "text" if self.is_hot() else "muted"


class TextButton(Button):
    """Words, with an icon before them if wanted; raised, or flat until the pointer comes.

    Args:
        text: a verb first, in sentence case.
        icon: name of a drawing.
        flat: no body until the pointer is over it.
        on_card: stands on a raised card, so its body is one shade up.
        parent: the widget it is in.
    """

    def __init__(
        self,
        text: str,
        icon: str = "",
        *,
        flat: bool = False,
        on_card: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._flat, self._on_card = icon, flat, on_card
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setText(text)
        self.become(text)

    def set_icon(self, name: str) -> None:
        """Shows another drawing."""
        self._icon = name
        self.update()

    def set_text(self, text: str) -> None:
        """Shows other words."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        icon = theme.px(_ICON + _GAP) if self._icon else 0
        return QSize(words + icon + 2 * theme.px(_PADDING), theme.px(28))

    def words(self) -> str:
        """What is written on it."""
        return self.text()

    def paint(self, painter: QPainter, area: QRectF) -> None:
        self._paint_body(painter, area)
        token = "text" if self.isEnabled() else "outline"
        quiet = self._flat and not self.is_hot() and self.isEnabled()
        icon_token = "muted" if self.isEnabled() else "outline"
        words = "muted" if quiet else token
        paint_words(painter, area, self.words(), self._icon, words, icon_token)

    def _paint_body(self, painter: QPainter, area: QRectF) -> None:
        if self.isCheckable() and self.isChecked():
            fill(painter, area, "selected")
        elif self.is_hot():
            raised(painter, area, "line" if self._on_card else "hover")
        elif not self._flat:
            raised(painter, area, "hover" if self._on_card else "raised")


class FittingButton(TextButton):
    """Shows its icon alone where there is no room for its words."""

    def __init__(
        self, text: str, icon: str, *, flat: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, icon, flat=flat, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(28), theme.px(28))

    def words(self) -> str:
        return self.text() if self.width() >= self.sizeHint().width() else ""


class PrimaryButton(Button):
    """The workspace's next step, filled with the accent: one on a screen."""

    def __init__(
        self, text: str, icon: str = "", *, compact: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._compact, self._collapsed = icon, compact, False
        self._quiet = False
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setText(text)
        self.become(text)

    def set_text(self, text: str) -> None:
        """Shows other words."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def set_quiet(self, on: bool) -> None:
        """Leaves the accent to another button that is the next step now."""
        self._quiet = on
        self.update()

    def set_collapsed(self, on: bool) -> None:
        """Shows only the icon, with the words as tooltip."""
        self._collapsed = on
        self.setToolTip(self.text() if on else self._tip)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        height = theme.px(28 if self._compact else 36)
        if self._collapsed:
            return QSize(theme.px(32), height)
        words = QFontMetrics(theme.font("strong")).horizontalAdvance(self.text())
        icon = theme.px(_ICON + _GAP) if self._icon else 0
        return QSize(words + icon + 2 * theme.px(_PADDING), height)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        words = "" if self._collapsed else self.text()
        if self._quiet:
            raised(painter, area, "hover" if self.is_hot() else "raised")
            token = "text" if self.isEnabled() else "outline"
            paint_words(painter, area, words, self._icon, token, token)
            return
        fill(painter, area, "accent" if self.isEnabled() else "hover")
        if self.is_hot() or self.isDown():
            painter.setOpacity(0.12)
            fill(painter, area, "on_accent" if self.isDown() else "text")
            painter.setOpacity(1.0)
        token = "on_accent" if self.isEnabled() else "outline"
        paint_words(painter, area, words, self._icon, token, token)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.shows_focus():  # an accent ring cannot be seen on the accent
            painter = painter_on(self)
            ring_area = self.rect().adjusted(2, 2, -2, -2)
            painter.setPen(theme.color("on_accent"))
            painter.drawRoundedRect(QRectF(ring_area).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            painter.end()


def paint_words(
    painter: QPainter, area: QRectF, text: str, icon: str, token: str, icon_token: str
) -> None:
    """An icon and words, centred together."""
    words = QFontMetrics(theme.font("strong")).horizontalAdvance(text)
    edge = theme.px(_ICON) if icon else 0
    gap = theme.px(_GAP) if icon and text else 0
    left = area.left() + max(0, (area.width() - words - edge - gap) / 2)
    if icon:
        draw_icon(painter, QPointF(left + edge / 2, area.center().y()), icon, icon_token)
    if text:
        rest = QRectF(
            left + edge + gap, area.top(), area.right() - left - edge - gap, area.height()
        )
        write(painter, rest, text, role="strong", token=token)
