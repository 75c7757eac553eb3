"""Tour: five tips for the first minutes, each beside the thing it names and done by doing it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from latentstudio.ui.bubble import Bubble
from latentstudio.ui.controls import Label, TextButton
from latentstudio.ui.tour_steps import WATCHED, Step, steps_for

if TYPE_CHECKING:
    from latentstudio.core.document import State
    from latentstudio.ui.main_window import MainWindow

_SETTING = "tour/done"
_PAUSE_MS = 600  # after it was done the hand may go on a little
_FOLLOW_MS = 200  # how soon a tip follows a thing that moves


class Tour(QObject):
    """Shows one tip after the other; the window stays free for anything else."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._offered = False
        self._steps: list[Step] = []
        self._at = 0
        self._workspace = ""  # that the tip on show is about
        self.tip: Tip | None = None
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.next)
        self._follow = QTimer(self, interval=_FOLLOW_MS)
        self._follow.timeout.connect(self._stand)
        window.document.changed.connect(self._changed)
        window.canvas.dragged.connect(lambda _dx, _dy: self.did("drag"))
        for name in WATCHED:
            window.actions_by_name[name].triggered.connect(partial(self.did, name))
        window.start.closed.connect(self._started)

    @property
    def step(self) -> Step | None:
        """The tip on show."""
        return self._steps[self._at] if self._at < len(self._steps) else None

    def offer(self) -> None:
        """Begin once the start screen has been left, unless it was done or skipped before."""
        self._offered = self._window.settings.value(_SETTING, False, bool) is not True

    def begin(self) -> None:
        """Begin with the first tip, whether or not it was seen before."""
        self._offered = False
        self._window.start.close()
        self._steps, self._at = steps_for(self._window), 0
        self._show()

    def next(self) -> None:
        """Go on to the next tip; after the last one it is over."""
        self._pause.stop()
        if self.step is None:
            return
        self._at += 1
        self._show()

    def skip(self) -> None:
        """Take all tips away, for good."""
        if self.step is not None:
            self._at = len(self._steps)
            self._show()

    # --- what is shown --------------------------------------------------------------------------

    def _show(self) -> None:
        step = self.step
        if step is None:
            self._end()
            return
        step.begin(self._window)
        self._workspace = self._window.workspaces.current.key
        if self.tip is None:
            self.tip = Tip(self._window)
            self.tip.next.clicked.connect(self.next)
            self.tip.skip.clicked.connect(self.skip)
        self.tip.count.setText(f"{self._at + 1} of {len(self._steps)}")
        self.tip.next.set_text("Next" if self._at + 1 < len(self._steps) else "Done")
        self.tip.say(step.title, step.words(), ())
        self._stand()
        self.tip.show()
        self._stand()
        self._follow.start()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
            application.installEventFilter(self)

    def _stand(self) -> None:
        step, tip = self.step, self.tip
        if step is None or tip is None:
            return
        window = self._window
        here = window.workspaces.current.key == self._workspace  # elsewhere it would be in the way
        tip.setVisible(here and window.start.screen is None)
        if tip.isVisible():
            tip.point_at(step.target(window), step.sides)

    def _end(self) -> None:
        self._follow.stop()
        self._pause.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        if self.tip is not None:
            tip, self.tip = self.tip, None
            if tip.isAncestorOf(QApplication.focusWidget() or self._window):
                self._window.canvas.setFocus()
            tip.hide()
            tip.deleteLater()
        self._window.settings.setValue(_SETTING, True)

    # --- what is done ---------------------------------------------------------------------------

    def _started(self) -> None:
        if self._offered and self._window.bridge.info is not None:
            self.begin()

    def _changed(self, old: State, new: State) -> None:
        step = self.step
        if step is None:
            return
        if self._pause.isActive() or step.follow(old, new):
            self._pause.start()
        else:
            self._say_again(step)

    def did(self, what: str, _checked: bool = False) -> None:
        """An action was run, or the picture was dragged."""
        step = self.step
        if step is None:
            return
        if step.key == what == "palette":
            self.next()  # at once: the palette is over it
        elif step.did(what):
            self._pause.start()
        else:
            self._say_again(step)

    def _say_again(self, step: Step) -> None:
        """Half of it may be done now."""
        if self.tip is not None and step.words() != self.tip.words()[1]:
            self.tip.say(step.title, step.words())
            self._stand()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc takes the tips away, where it has nothing else to do."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            escape = event.key() == Qt.Key.Key_Escape and isinstance(watched, QWidget)
            if escape and not self._escape_is_taken():
                self.skip()
                return True
        return False

    def _escape_is_taken(self) -> bool:
        window = self._window
        focus = QApplication.focusWidget()
        palette = window.access.palette
        return (
            self.tip is None
            or not self.tip.isVisible()
            or QApplication.activePopupWidget() is not None
            or QApplication.activeModalWidget() is not None
            or window.start.screen is not None
            or palette.isVisible()
            or window.canvas.is_dragging
            or window.desk.flyout.isVisible()
            or (isinstance(focus, QLineEdit) and focus.isModified())
        )


class Tip(Bubble):
    """A tip with its number, a way on and a way out."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "tour")
        self.count = Label("", token="faint")
        self.skip = TextButton("Skip the tips", flat=True)
        self.skip.setObjectName("tour.skip")
        self.skip.set_tooltip("Take all tips away; Help > Five tips brings them back  (Esc)")
        self.next = TextButton("Next")
        self.next.setObjectName("tour.next")
        self.next.set_tooltip("The next tip, without doing this one")
        self.foot.addWidget(self.count)
        self.foot.addStretch(1)
        self.foot.addWidget(self.skip)
        self.foot.addWidget(self.next)
