"""KeyHold: something that lasts while a key is held down."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication


class KeyHold(QObject):
    """Watches for the end: the key is let go. Begun without the key, the next key or click ends it.

    Attributes:
        ended: the key was let go.
    """

    ended = Signal()

    def __init__(self, key: Qt.Key, parent: QObject) -> None:
        super().__init__(parent)
        self._key = key
        self._on = False

    @property
    def on(self) -> bool:
        """Whether it lasts."""
        return self._on

    def begin(self) -> None:
        """Watch from now on."""
        application = QApplication.instance()
        if not self._on and application is not None:
            self._on = True
            application.installEventFilter(self)

    def end(self) -> None:
        """Stop watching; ``ended`` follows if it lasted."""
        application = QApplication.instance()
        if self._on and application is not None:
            self._on = False
            application.removeEventFilter(self)
            self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QKeyEvent) and kind != QEvent.Type.ShortcutOverride:
            released = kind == QEvent.Type.KeyRelease
            ours = event.key() == self._key
            over = ours == released and not event.isAutoRepeat()
        else:
            over = kind in (QEvent.Type.MouseButtonPress, QEvent.Type.ApplicationDeactivate)
        if over:
            self.end()
        return False
