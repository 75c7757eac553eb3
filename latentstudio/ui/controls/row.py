"""Row, InfoLine and Toggle: the other lines of a section."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import (
    Control,
    Label,
    Paragraph,
    fill,
    icon_pixmap,
    painter_on,
    ring,
    stroke,
    write,
)

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent


_HEIGHT = 28
Kind = Literal["info", "ok", "warning"]
_KINDS = {
    "info": ("info", "faint", "muted"),
    "ok": ("check", "accent", "muted"),
    "warning": ("triangle-alert", "warning", "text"),
}


class Row(Control, QWidget):
    """A label at the left and controls that end at the right edge of the rail."""

    def __init__(
        self,
        label: str,
        *widgets: QWidget,
        label_width: int = 104,
        stretch: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label_width = label_width
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._words = Label(label)
        self._stretch = stretch
        if label:
            self._line.addWidget(self._words, 0 if stretch else 1)
        else:
            self._words.setParent(self)
            self._words.hide()
        for widget in widgets:
            self._line.addWidget(widget, 1 if stretch else 0)
        if widgets and label:
            self._words.setBuddy(widgets[0])
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(label or "row")
        self.theme_changed()

    def set_label(self, text: str) -> None:
        """Renames the row."""
        self._words.setText(text)
        self.setAccessibleName(text)

    def theme_changed(self) -> None:
        self._line.setSpacing(theme.px(4))
        if self._stretch:
            self._words.setFixedWidth(theme.px(self._label_width - 4))
        self.setMinimumHeight(theme.px(_HEIGHT))
        super().theme_changed()


class InfoLine(Control, QWidget):
    """One sentence with its sign: a reason, a fact or a warning, and what can be done about it.

    Signals:
        activated: the action at the right end was clicked.
    """

    activated = Signal()

    def __init__(
        self, text: str, kind: Kind = "info", action: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kind = kind
        self._label = Paragraph(text, token=_KINDS[kind][2])
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.addWidget(self._label, 1)
        self.link = LinkButton(action, self)
        self.link.setVisible(bool(action))
        self.link.clicked.connect(self.activated)
        self._line.addWidget(self.link, 0, Qt.AlignmentFlag.AlignTop)
        self.become(text)
        self.theme_changed()

    def set_text(self, text: str, kind: Kind | None = None, action: str | None = None) -> None:
        """Says something else."""
        self._kind = kind or self._kind
        self._label.set_words(text)
        self._label.set_token(_KINDS[self._kind][2])
        self.setAccessibleName(text)
        if action is not None:
            self.link.set_text(action)
            self.link.setVisible(bool(action))
        self.update()

    def text(self) -> str:
        """The sentence."""
        return self._label.words()

    def theme_changed(self) -> None:
        self._line.setContentsMargins(theme.px(24), theme.px(4), 0, theme.px(4))
        self._line.setSpacing(theme.px(8))
        super().theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        name, token, _ = _KINDS[self._kind]
        painter = painter_on(self)
        drawn = icon_pixmap(painter, name, token)
        line = QFontMetrics(theme.font("label")).height()
        top = theme.px(4) + round((line - theme.px(16)) / 2)
        painter.drawPixmap(0, top, drawn)
        painter.end()


class LinkButton(Control, QAbstractButton):
    """Words in the accent colour that do something."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.become(text or "action")

    def set_text(self, text: str) -> None:
        """Shows other words."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font("strong"))
        return QSize(metrics.horizontalAdvance(self.text()), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        area = QRectF(self.rect())
        write(painter, area, self.text(), role="strong", token="accent")
        if self.underMouse() or self.shows_focus():
            line = QRectF(0, area.bottom() - 1, area.width(), 1)
            painter.fillRect(line, theme.color("accent"))
        painter.end()


class Toggle(Control, QAbstractButton):
    """A switch with its name: on and off differ in place, not only in colour."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(text)

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font("label")).horizontalAdvance(self.text())
        return QSize(words + theme.px(44), theme.px(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        token = ("text" if self.isChecked() else "muted") if self.isEnabled() else "outline"
        wide, high = theme.px(28), theme.px(16)
        switch = QRectF(self.width() - wide, round((self.height() - high) / 2), wide, high)
        words = QRectF(0, 0, switch.left() - theme.px(8), self.height())
        write(painter, words, self.text(), token=token)
        fill(painter, switch, "selected" if self.isChecked() else "raised", high / 2)
        lit = self.isChecked() and self.isEnabled()
        stroke(painter, switch, "accent" if lit else "outline", 1, high / 2)
        x = switch.right() - high / 2 if self.isChecked() else switch.left() + high / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(
            theme.color("accent" if lit else "muted" if self.isEnabled() else "outline")
        )
        painter.drawEllipse(QPointF(x, switch.center().y()), theme.px(5), theme.px(5))
        if self.shows_focus():
            ring(
                painter,
                switch.adjusted(-3, -3, 3, 3).intersected(QRectF(self.rect())),
                high / 2 + 3,
            )
        painter.end()
