"""What every control shares: it follows the theme, shows keyboard focus and says why it is off."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from latentstudio.ui import icons, theme

if TYPE_CHECKING:
    _Widget = QWidget
else:
    _Widget = object

KEYBOARD = {
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
}
RETURNING = {  # the focus was here before; its ring is as it was
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
}
RING = 2  # thickness of the focus and selection rings, and of the gap inside the latter
RADIUS = 4
_LEADING = 130  # percent


class Control(_Widget):
    """Mixed in before a Qt class: ``class Chip(Control, QAbstractButton)``.

    Call `become` once the widget is built.
    """

    _ring = False
    _reason = ""
    _tip = ""  # the tooltip of the working control, kept while it shows a reason

    def become(self, name: str, *, kind: str = "") -> None:
        """Takes an accessible name and an object name made from it, and follows the theme."""
        self.setAccessibleName(name)
        self.setObjectName(slug(f"{kind or type(self).__name__} {name}"))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.events.changed.connect(self.theme_changed)

    def theme_changed(self) -> None:
        """Colours or text size are new."""
        self.updateGeometry()
        self.update()

    def set_tooltip(self, words: str) -> None:
        """The words shown under the pointer while the control works."""
        self._tip = words
        self.setToolTip(self._reason or words)

    def set_reason(self, reason: str) -> None:
        """Says why the control cannot work here; an empty reason turns it on."""
        if reason == self._reason:  # asked at every frame, seldom another one
            return
        if not self._reason:
            self._tip = self.toolTip()
        self._reason = reason
        self.setEnabled(not reason)
        self.setToolTip(reason or self._tip)
        self.setAccessibleDescription(reason or self._tip)

    def reason(self) -> str:
        """Why the control is off, or nothing."""
        return self._reason

    def shows_focus(self) -> bool:
        """Whether the focus ring is due: the focus came, or is being used, by keyboard."""
        return self._ring and self.hasFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if event.reason() not in RETURNING:
            self._ring = event.reason() in KEYBOARD
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def show_ring(self, on: bool) -> None:
        """Keys bring the focus ring, the mouse takes it away."""
        if self._ring != on:
            self._ring = on
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.show_ring(False)
        super().mousePressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange:
            self.update()
        super().changeEvent(event)


class Label(QLabel):
    """A line of words in a role and colour of the theme."""

    def __init__(
        self,
        text: str = "",
        role: theme.Role = "label",
        token: str = "muted",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._role, self._token = role, token
        self.setTextFormat(Qt.TextFormat.PlainText)
        theme.events.changed.connect(self._dress)
        self._dress()

    def set_token(self, token: str) -> None:
        """Changes the colour."""
        self._token = token
        self._dress()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange:
            self._dress()
        super().changeEvent(event)

    def _dress(self) -> None:
        self.setFont(theme.font(self._role))
        colors = self.palette()
        shade = theme.color(self._token if self.isEnabled() else "outline")
        colors.setColor(self.foregroundRole(), shade)
        self.setPalette(colors)


class Paragraph(Label):
    """Words that may take several lines, set with room between them."""

    def __init__(self, text: str = "", token: str = "muted", parent: QWidget | None = None) -> None:
        super().__init__("", "label", token, parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.set_words(text)

    def set_words(self, text: str) -> None:
        """Shows plain words; nothing in them is taken for markup."""
        self._plain = text
        self.setText(f"<p style='line-height:{_LEADING}%; margin:0'>{html.escape(text)}</p>")

    def words(self) -> str:
        """The words shown."""
        return self._plain


def slug(words: str) -> str:
    """Words as an object name: ``SliderRow Up to layer`` -> ``slider-row-up-to-layer``."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")


def painter_on(widget: QWidget) -> QPainter:
    """A painter with smooth edges and smooth pictures; end it before the event returns."""
    painter = QPainter(widget)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    return painter


def fill(painter: QPainter, rect: QRectF | QRect, token: str, radius: float = RADIUS) -> None:
    """A filled rounded rectangle in a colour of the theme."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(token))
    painter.drawRoundedRect(QRectF(rect), radius, radius)


def stroke(
    painter: QPainter, rect: QRectF | QRect, token: str, width: float = 1, radius: float = RADIUS
) -> None:
    """The outline of a rounded rectangle, wholly inside ``rect``."""
    half = width / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(token), width))
    inner = QRectF(rect).adjusted(half, half, -half, -half)
    painter.drawRoundedRect(inner, radius - half, radius - half)


def raised(painter: QPainter, rect: QRectF | QRect, token: str = "raised") -> None:
    """The body of a field or button: flat in the dark, with a hairline in the light."""
    fill(painter, rect, token)
    if not theme.tokens().dark and token == "raised":
        stroke(painter, rect, "line")


def ring(painter: QPainter, rect: QRectF | QRect, radius: float = RADIUS) -> None:
    """The 2 px accent ring of keyboard focus, just inside ``rect``."""
    stroke(painter, rect, "accent", RING, radius)


def draw_icon(
    painter: QPainter, center: QPointF, name: str, token: str = "muted", size: int = 16
) -> None:
    """An icon of ``size`` at 100 %, centred on whole pixels so that it stays crisp."""
    drawn = icon_pixmap(painter, name, token, size)
    edge = theme.px(size)
    painter.drawPixmap(round(center.x() - edge / 2), round(center.y() - edge / 2), drawn)


def icon_pixmap(painter: QPainter, name: str, token: str, size: int = 16) -> QPixmap:
    """The drawing of an icon for the device of ``painter``."""
    return icons.pixmap(name, theme.px(size), token, painter.deviceTransform().m11())


def write(
    painter: QPainter,
    rect: QRectF | QRect,
    text: str,
    *,
    role: theme.Role = "label",
    token: str = "muted",
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line of text, centred vertically and cut with an ellipsis where it does not fit."""
    painter.setFont(theme.font(role))
    painter.setPen(theme.color(token))
    area = QRectF(rect)
    # a pixel of slack: rounding must never cut words that were measured to fit
    fitted = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, int(area.width()) + 1
    )
    painter.drawText(area, align | Qt.AlignmentFlag.AlignVCenter, fitted)
