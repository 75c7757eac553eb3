"""DemoDesk: starts a demo from the window and comes back to the window as it was."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject

from latentstudio.core.demo import DemoPlan, read_plan, remember_plan
from latentstudio.core.direction_edits import fits
from latentstudio.core.document import Document
from latentstudio.core.recipe import ModelRef
from latentstudio.engine.engine import Engine
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.demo.operator_dialog import OperatorDialog
from latentstudio.ui.demo.stand import MakeBridge, Stand
from latentstudio.ui.panels.motion import MotionPanel

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

_FRAMES_BYTES, _FACES_BYTES = 4 * 2**20, 4 * 2**20


def demo_bridge(document: Document) -> EngineBridge:
    """A bridge with an engine of its own and little memory: strangers' faces do not come back."""
    return EngineBridge(document, Engine, None, _FRAMES_BYTES, _FACES_BYTES)


class DemoDesk(QObject):
    """One demo at a time; the window's document, engine and keys are not touched by it."""

    make_bridge: MakeBridge = staticmethod(demo_bridge)

    def __init__(self, window: "MainWindow", state_folder: Path) -> None:
        super().__init__(window)
        self._window, self._folder = window, state_folder
        self.dialog: OperatorDialog | None = None
        self.stand: Stand | None = None
        window.installEventFilter(self)

    def ask(self) -> None:
        """Let the operator choose, and start; or end the demo that runs on another screen."""
        if self.stand is not None:
            self.stand.leave()
            return
        if self.dialog is not None:
            return
        plan = read_plan(self._folder)
        self.dialog = OperatorDialog(self._window, plan, self._models(), self._own())
        self.dialog.started.connect(self.start)
        self.dialog.destroyed.connect(self._dialog_gone)
        self.dialog.open()

    def start(self, plan: DemoPlan) -> None:
        """Begin on the plan's screen; with the face on the canvas, if the plan is of its model."""
        if self.stand is not None:
            return
        remember_plan(self._folder, plan)
        window = self._window
        cast(MotionPanel, window.panel("motion")).stop()
        state = window.document.state
        self.stand = Stand(
            plan,
            self._folder,
            self.make_bridge,
            state.recipe if self._is_open(plan.model) else None,
            state.directions,
            parent=self,
        )
        self.stand.ended.connect(self._ended)
        self.stand.begin()

    def _is_open(self, source: str) -> bool:
        info = self._window.bridge.info
        return info is not None and self._window.bridge.source_of(ModelRef.of(info)) == source

    def _models(self) -> Mapping[str, str]:
        """What a demo can be of: the open model first, then bundled and recent ones."""
        bundled, recent = self._window.files.models()
        info = self._window.bridge.info
        found = {}
        if info is not None:
            source = self._window.bridge.source_of(ModelRef.of(info))
            if source:
                found[info.name] = source
        found |= {name: name for name in bundled}
        return found | {path.stem: str(path) for path in recent if path.stem not in found}

    def _own(self) -> Mapping[str, list[str]]:
        """The names of the user's own directions, for the source of the model they fit."""
        info = self._window.bridge.info
        source = self._window.bridge.source_of(ModelRef.of(info)) if info else None
        if info is None or source is None:
            return {}
        return {source: [d.name for d in self._window.document.state.directions if fits(d, info)]}

    def _dialog_gone(self) -> None:
        self.dialog = None

    def _ended(self) -> None:
        """Back in the window: what went wrong is said here, in one notice."""
        stand, self.stand = self.stand, None
        if stand is None:
            return
        window = self._window
        if stand.failure is not None:
            window.files.complain(stand.failure.error, stand.failure.trace)
        elif stand.log.lines:
            count = len(stand.log.lines)
            said = stand.log.lines[-1].partition("  ")[2]
            more = f" {count - 1} more in {stand.log.path}." if count > 1 else ""
            window.notices.post("warning", "Not all went well in the demo", said + more)
        stand.deleteLater()
        if window.isVisible():
            window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Close and self.stand is not None:
            self.stand.leave()
        return False
