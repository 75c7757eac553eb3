"""A demo without the window around it: for machines of a stand that start into it."""

import sys
import traceback
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication

from latentstudio.app import make_application
from latentstudio.core.demo import DemoPlan
from latentstudio.core.errors import StudioError
from latentstudio.core.recents import state_folder
from latentstudio.ui import theme
from latentstudio.ui.demo.demo_desk import demo_bridge
from latentstudio.ui.demo.stand import Stand


def run(plan: DemoPlan, device: str = "auto", precision: str = "float32") -> list[Path]:
    """Show a demo until Esc is held; returns the pictures that visitors kept.

    Raises:
        StudioError: the model could not be opened.
    """
    application = make_application()
    theme.apply_theme(application, "dark")
    stand = Stand(plan, state_folder(), demo_bridge)
    stand.bridge.wish(device, precision)
    stand.ended.connect(QCoreApplication.quit)
    _log_faults(stand)
    stand.begin()
    application.exec()
    stand.leave()
    if stand.failure is not None:
        raise stand.failure.error
    return stand.keeper.written


def _log_faults(stand: Stand) -> None:
    """A bug is a line for the operator, and no visitor sees it."""

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.stderr.write("".join(traceback.format_exception(kind, error, trace)))
        fault = StudioError("Something in the demo went wrong", f"an unexpected {kind.__name__}")
        stand.log.say(str(fault))

    sys.excepthook = note
