"""JobBox: a sentence with the button that starts a long task, and the task's progress in place."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, Label
from latentstudio.ui.controls.buttons import IconButton, TextButton
from latentstudio.ui.controls.row import InfoLine


class JobBox(Control, QWidget):
    """What can be found here, and how far the finding is.

    Signals:
        started: the button was clicked.
        cancelled: the cross was clicked.
    """

    started = Signal()
    cancelled = Signal()

    def __init__(self, name: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = InfoLine("")
        self.button = TextButton(name, icon)
        self.button.clicked.connect(self.started)
        self.note = Label("", token="muted")
        self.cancel = IconButton("x", "Cancel", size=20)
        self.cancel.clicked.connect(self.cancelled)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self._progress = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)
        column.addWidget(self.button)
        column.addWidget(self._progress)
        self._lay_out_progress()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.become(name)
        self.theme_changed()
        self.set_progress(None)

    def _lay_out_progress(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.note, 1)
        line.addWidget(self.cancel)
        column = QVBoxLayout(self._progress)
        column.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        column.setSpacing(theme.px(4))
        column.addLayout(line)
        column.addWidget(self.bar)

    def set_words(self, words: str, button: str) -> None:
        """Say what can be found, and what the button is called; no button without words on it."""
        self.words.set_text(words)
        self.words.setVisible(bool(words))
        self.button.set_text(button)
        self.bar.setAccessibleName(button)
        self.button.setVisible(bool(button) and self._progress.isHidden())

    def set_progress(self, share: float | None, note: str = "") -> None:
        """Show how far the task is (0 to 1) in place of the button; None when none is running."""
        running = share is not None
        self._progress.setVisible(running)
        self.button.setVisible(not running and bool(self.button.text()))
        self.bar.setValue(round(1000 * (share or 0.0)))
        self.note.setText(note)

    def theme_changed(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setSpacing(theme.px(4))
        super().theme_changed()
