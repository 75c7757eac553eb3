"""Section: one collapsible part of a rail, with a header that tells its state when closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QObject,
    QPointF,
    QPropertyAnimation,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import motion, theme
from latentstudio.ui.controls.base import Control, draw_icon, painter_on, slug, write
from latentstudio.ui.controls.buttons import Button, IconButton

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent

_HEADER, _PADDING = 34, 12
_DRAG_STARTS = 8  # pixels
_HELP = "Opens and closes this section; drag it to another place"


class SectionHeader(Button):
    """The header line: a click folds, a drag reorders.

    Signals:
        dragged: the pointer's place on the screen, while the header is dragged.
        dropped: the drag ended.
    """

    dragged = Signal(QPointF)
    dropped = Signal()

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.summary = ""
        self.is_open = True
        self.unavailable = False
        self._press: QPointF | None = None
        self._dragging = False
        self.setText(title)
        self.line = QHBoxLayout(self)
        self.line.setSpacing(0)
        self.line.addStretch(1)
        self.become(title)
        self.set_tooltip(_HELP)
        self.theme_changed()

    def theme_changed(self) -> None:
        self.line.setContentsMargins(0, 0, theme.px(6), 0)
        super().theme_changed()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font("heading")).horizontalAdvance(self.text())
        return QSize(words + theme.px(80), theme.px(_HEADER))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(80), theme.px(_HEADER))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._press, self._dragging = event.globalPosition(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            return
        travel = event.globalPosition() - self._press
        if self._dragging or abs(travel.y()) > _DRAG_STARTS:
            self._dragging = True
            self.dragged.emit(event.globalPosition())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragging, self._press = self._dragging, None
        if dragging:
            self.setDown(False)
            self._dragging = False
            self.dropped.emit()
        else:
            super().mouseReleaseEvent(event)

    def paint(self, painter: QPainter, area: QRectF) -> None:
        middle = area.center().y()
        chevron = "chevron-down" if self.is_open else "chevron-right"
        draw_icon(painter, QPointF(theme.px(15), middle), chevron, "faint", 14)
        left, right = theme.px(28), self._words_end()
        title = QFontMetrics(theme.font("heading")).horizontalAdvance(self.text()) + 1
        token = "muted" if self.unavailable else "text"
        end = min(right, left + title)
        words = QRectF(left, 0, end - left, area.height())
        write(painter, words, self.text(), role="heading", token=token)
        if self.summary and not self.is_open:
            rest = QRectF(end + theme.px(12), 0, right - end - theme.px(12), area.height())
            write(painter, rest, self.summary, token="faint", align=Qt.AlignmentFlag.AlignRight)

    def _words_end(self) -> int:
        shown = [item for item in self.buttons() if item.isVisible()]
        if not shown:
            return self.width() - theme.px(_PADDING)
        return min(button.x() for button in shown) - theme.px(4)

    def buttons(self) -> list[QWidget]:
        """What stands at the right end."""
        found = [child for child in self.children() if isinstance(child, QWidget)]
        return sorted((w for w in found if self.line.indexOf(w) >= 0), key=self.line.indexOf)


class Section(Control, QWidget):
    """A titled part of a rail.

    Signals:
        opened: the user opened (True) or closed it.
        hide_asked: the user chose Hide in the menu.

    Attributes:
        key: its name in the saved layout.
        body: where rows go.
        menu: what the three dots open.
        body_gap: pixels between rows, at 100 %.
    """

    body_gap = 4

    opened = Signal(bool)
    hide_asked = Signal()

    def __init__(
        self, key: str, title: str, *, icon: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.key, self.title, self.icon = key, title, icon
        self._open = self._wanted = True
        self._bare, self._kept_summary = False, ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.header = SectionHeader(title, self)
        self.menu = QMenu(title, self)
        self._dots = IconButton("ellipsis", f"{title}: more", size=24, parent=self)
        self._dots.clicked.connect(self._pop_menu)
        self.header.line.addWidget(self._dots)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self._viewport = _Viewport(self._content, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._viewport)
        self._animation = QPropertyAnimation(self._viewport, b"maximumHeight", self)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.finished.connect(self._settle)
        self.header.clicked.connect(self._flip)
        self.become(title)
        self.setObjectName(slug(f"section {key}"))
        self.theme_changed()
        self._settle()

    def set_content(self, widget: QWidget) -> None:
        """Fills the section with one widget, edge to edge."""
        self.body.setContentsMargins(0, 0, 0, 0)
        self._bare = True
        self.body.addWidget(widget)

    def add_action(self, button: QWidget) -> None:
        """Puts a button into the header, left of the three dots; shown while open."""
        self.header.line.insertWidget(self.header.line.count() - 1, button)
        button.setVisible(self._open)

    def set_summary(self, words: str) -> None:
        """The state in a few words, shown on the header of the closed section."""
        if words == self._kept_summary:
            return
        if not self._reason:
            self.header.summary = words
            self.header.setAccessibleDescription(words)
            if not self._open:  # an open section shows its controls instead
                self.header.update()
        self._kept_summary = words

    def set_reason(self, reason: str) -> None:
        """Keeps the section closed while there is a reason, and says it on the header."""
        self._reason = reason
        self.header.unavailable = bool(reason)
        self.header.summary = reason or self._kept_summary
        self.header.setAccessibleDescription(self.header.summary)
        self.header.set_tooltip(reason or _HELP)
        self.set_open(self._wanted)
        self.header.update()

    def is_open(self) -> bool:
        """Whether its rows are shown."""
        return self._open

    def wants_open(self) -> bool:
        """Whether its rows are shown where it can work."""
        return self._wanted

    def set_open(self, on: bool, animate: bool = False) -> None:
        """Shows or folds the rows, at once or when it can work; emits nothing."""
        self._wanted = on
        on = on and not self._reason
        if on == self._open:
            return
        self._open = on
        self.header.is_open = on
        self._show_actions()
        self._animation.stop()
        if animate and self.isVisible() and not motion.reduced():
            self._viewport.setVisible(True)
            self._animation.setDuration(motion.duration(motion.OPENING_MS))
            self._animation.setStartValue(self._viewport.height() if on is False else 0)
            self._animation.setEndValue(self._content.sizeHint().height() if on else 0)
            self._animation.start()
        else:
            self._settle()
        self.header.update()

    def theme_changed(self) -> None:
        if not self._bare:
            side = theme.px(_PADDING)
            self.body.setContentsMargins(side, 0, side, side)
        self.body.setSpacing(theme.px(self.body_gap))
        super().theme_changed()

    def _flip(self) -> None:
        if self._reason:
            return
        self.set_open(not self._open, animate=True)
        self.opened.emit(self._open)

    def _settle(self) -> None:
        self._viewport.setMaximumHeight(16777215)
        self._viewport.setVisible(self._open)

    def _show_actions(self) -> None:
        for button in self.header.buttons():
            button.setVisible(self._open)

    def _pop_menu(self) -> None:
        below = self._dots.rect().bottomLeft()
        self.menu.popup(self._dots.mapToGlobal(below))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.color("line"))
        painter.end()


class _Viewport(QWidget):
    """Shows the top of its content: a section that opens is uncovered, not squeezed.

    Its height for a width does not depend on the width it has. A rail asks before it shows its
    scroll bar, which takes width: or the bar could come and go for ever.
    """

    def __init__(self, content: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._content = content
        content.setParent(self)
        content.installEventFilter(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self._content.hasHeightForWidth():
            return self._content.heightForWidth(max(1, width))
        return self._content.sizeHint().height()

    def _needed(self) -> int:
        return self.heightForWidth(self.width())

    def sizeHint(self) -> QSize:
        return QSize(self._content.sizeHint().width(), self._needed())

    def minimumSizeHint(self) -> QSize:
        least = self._content.minimumSizeHint().width()
        return QSize(least, min(self._needed(), self.maximumHeight()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        super().showEvent(event)

    def _fit(self) -> None:
        needed = self._needed()
        if self._content.size() != QSize(self.width(), needed):
            self._content.setGeometry(0, 0, self.width(), needed)
        self.updateGeometry()
