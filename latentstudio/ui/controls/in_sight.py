"""InSight: tells when a widget comes into sight in what scrolls, and when it leaves."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

_MOVES = {
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.ShowToParent,
    QEvent.Type.HideToParent,
    QEvent.Type.EnabledChange,
}


class InSight(QObject):
    """Watches one widget.

    Signals:
        changed: it may be seen now, or no longer, or its own state is another.
    """

    changed = Signal()

    def __init__(self, widget: QWidget, within: QScrollArea) -> None:
        super().__init__(widget)
        self._widget, self._within = widget, within
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.changed)
        within.verticalScrollBar().valueChanged.connect(lambda _value: self._later.start())
        one: QWidget | None = widget
        while one is not None and one is not within:
            one.installEventFilter(self)
            one = one.parentWidget()

    def part(self) -> QRect:
        """What of it the scrolling leaves in sight, in its own coordinates.

        A screen laid over everything, such as the start screen, does not count: nothing would tell
        when it goes.
        """
        if not self._widget.isVisible():
            return QRect()
        viewport = self._within.viewport()
        seen = QRect(self._widget.mapFrom(viewport, QPoint(0, 0)), viewport.size())
        return seen & self._widget.rect()

    def whole(self) -> bool:
        """Whether all of it can be seen."""
        widget = self._widget
        return widget.isVisible() and self.part() == widget.rect()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._later.start()
        return False
