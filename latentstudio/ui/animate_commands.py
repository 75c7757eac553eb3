"""Commands of the Animate workspace."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from latentstudio.ui.panels.motion import MotionPanel

if TYPE_CHECKING:
    from latentstudio.ui.animate_desk import AnimateDesk
    from latentstudio.ui.main_window import MainWindow


class AnimateCommands:
    """The functions behind the actions of the workspace."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def table(self) -> dict[str, Callable[[], None]]:
        """Action name -> function."""
        return {
            "workspace_animate": lambda: self._window.workspaces.show("animate"),
            "play": self._play,
            "insert_keyframe": lambda: self._desk.insert(),
            "delete_keyframe": lambda: self._desk.remove(),
            "rename_keyframe": lambda: self._desk.rename(),
            "previous_keyframe": lambda: self._desk.step_keyframe(-1),
            "next_keyframe": lambda: self._desk.step_keyframe(1),
            "frame_back": lambda: self._desk.step_frame(-1),
            "frame_on": lambda: self._desk.step_frame(1),
        }

    @property
    def _desk(self) -> "AnimateDesk":
        return self._window.animate

    def _play(self) -> None:
        """The journey in its own workspace, a walk or a loop in the others."""
        if self._desk.on:
            self._desk.toggle()
        else:
            cast(MotionPanel, self._window.panel("motion")).toggle()
