"""Notices: what the program has to say, under the canvas header, until it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import (
    Control,
    Label,
    Paragraph,
    draw_icon,
    fill,
    painter_on,
    stroke,
)
from latentstudio.ui.controls.buttons import IconButton, TextButton

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QEnterEvent, QKeyEvent, QPaintEvent

Kind = Literal["info", "warning", "error"]
Action = tuple[str, "Callable[[], None]"]
STAYS_MS = 8000
_SIGNS: dict[str, tuple[str, str]] = {
    "info": ("info", "accent"),
    "warning": ("triangle-alert", "warning"),
    "error": ("circle-alert", "error"),
}
_SIDE, _BAR, _GAP = 12, 3, 6


class Notice(Control, QWidget):
    """One message: a line of title, up to two of reason, buttons.

    Signals:
        closed: the user closed it, it did its work or its time was over.
    """

    closed = Signal()

    def __init__(
        self,
        kind: Kind,
        title: str,
        detail: str = "",
        actions: Sequence[Action] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind, self.title, self.detail = kind, title, detail
        self._title = Label(title, "heading", "text")
        self._detail = Paragraph(detail)
        if not detail:  # shown before it has a parent it would be a window and take the keys
            self._detail.hide()
        self.close_button = IconButton("x", "Close", size=24)
        self.close_button.clicked.connect(self.dismiss)
        self.buttons = [self._button(text, act) for text, act in actions]
        self._arrange()
        self._leaves = QTimer(self, singleShot=True, interval=STAYS_MS)
        self._leaves.timeout.connect(self.dismiss)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(f"{kind}: {title}", kind="notice")
        self.setAccessibleDescription(detail)
        self.theme_changed()
        if kind == "info" and not actions:  # an offer waits for its answer
            self._leaves.start()

    def _button(self, text: str, act: Callable[[], None]) -> TextButton:
        button = TextButton(text, on_card=True)
        button.clicked.connect(lambda: act())
        return button

    def _arrange(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(self._title, 1)
        self._head.addWidget(self.close_button)
        self._foot = QHBoxLayout()
        for button in self.buttons:
            self._foot.addWidget(button)
        self._foot.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addWidget(self._detail)
        if self.buttons:
            self._column.addLayout(self._foot)

    def dismiss(self) -> None:
        """Goes away."""
        self._leaves.stop()
        self.closed.emit()

    def theme_changed(self) -> None:
        left = theme.px(_BAR + _GAP + _SIDE + 24)
        self._column.setContentsMargins(left, theme.px(6), theme.px(8), theme.px(_SIDE - 2))
        self._column.setSpacing(theme.px(2))
        self._foot.setContentsMargins(0, theme.px(8), 0, 0)
        self._foot.setSpacing(theme.px(8))
        super().theme_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._leaves.stop()  # being read
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.kind == "info":
            self._leaves.start()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        icon, token = _SIGNS[self.kind]
        painter = painter_on(self)
        area = QRectF(self.rect())
        bar = QRectF(0, 0, theme.px(_BAR), area.height())
        fill(painter, bar, token, 1)
        card = area.adjusted(theme.px(_BAR + _GAP), 0, 0, 0)
        fill(painter, card, "raised", 6)
        if not theme.tokens().dark:
            stroke(painter, card, "line", 1, 6)
        draw_icon(painter, self._sign_center(card), icon, token)
        painter.end()

    def _sign_center(self, card: QRectF) -> QPointF:
        corner = card.topLeft()
        corner.setX(corner.x() + theme.px(_SIDE + 8))
        corner.setY(float(self._title.geometry().center().y()) + 1)
        return corner


class NoticeStack(QWidget):
    """All open notices, the newest shown and the others counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notices")
        self.setAccessibleName("Notices")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._notices: list[Notice] = []
        self._open = False
        self._more = TextButton("", "chevron-down", flat=True)
        self._more.clicked.connect(self._flip)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        theme.events.changed.connect(self._dress)
        self._dress()
        self._show()

    def post(
        self,
        kind: Kind,
        title: str,
        detail: str = "",
        actions: Sequence[Action] = (),
        copy: str = "",
    ) -> Notice:
        """Says something.

        Args:
            kind: ``info`` leaves by itself, the others stay until closed.
            title: what happened.
            detail: why, and what to do.
            actions: words and what they do.
            copy: text for a Copy details button; errors have one in any case.
        """
        lines = list(actions)
        text = copy or (f"{title}\n{detail}".strip() if kind == "error" else "")
        if text:
            lines.append(("Copy details", lambda: QGuiApplication.clipboard().setText(text)))
        notice = Notice(kind, title, detail, lines)
        notice.closed.connect(lambda: self._remove(notice))
        self._notices.append(notice)
        self._column.insertWidget(0, notice)
        self._show()
        return notice

    def count(self) -> int:
        """How many are open."""
        return len(self._notices)

    def notices(self) -> list[Notice]:
        """The open notices, newest first."""
        return list(reversed(self._notices))

    def clear(self) -> None:
        """Closes all."""
        for notice in list(self._notices):
            self._remove(notice)

    def _remove(self, notice: Notice) -> None:
        if notice in self._notices:
            self._notices.remove(notice)
            self._column.removeWidget(notice)
            notice.hide()
            notice.deleteLater()
            self._show()

    def _flip(self) -> None:
        self._open = not self._open
        self._show()

    def _show(self) -> None:
        newest = self._notices[-1:]
        for notice in self._notices:
            notice.setVisible(self._open or notice in newest)
        hidden = len(self._notices) - 1
        self._open = self._open and hidden > 0
        self._more.setVisible(hidden > 0)
        self._more.set_text("Show the newest only" if self._open else f"{hidden} more")
        self._more.set_icon("chevron-up" if self._open else "chevron-down")
        self.setVisible(bool(self._notices))

    def _dress(self) -> None:
        side = theme.px(_SIDE)
        self._column.setContentsMargins(side, theme.px(8), side, theme.px(8))
        self._column.setSpacing(theme.px(8))
