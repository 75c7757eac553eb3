"""The composition root: the one place that builds document, engine and window."""

import json
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication

from latentstudio.core.document import Document
from latentstudio.core.errors import StudioError
from latentstudio.core.openmp import wait_briefly
from latentstudio.core.recents import state_folder
from latentstudio.resources import bundled_models
from latentstudio.ui import icons, theme
from latentstudio.ui.actions import KeyGuard
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.garbage import Garbage
from latentstudio.ui.listing import controls_of
from latentstudio.ui.main_window import MainWindow


def make_application() -> QApplication:
    """The QApplication with our style, fonts and name."""
    wait_briefly()
    # A thread that draws needs the interpreter between its operators: hand it over sooner.
    sys.setswitchinterval(0.00002)
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    QCoreApplication.setOrganizationName("latentstudio")
    QCoreApplication.setApplicationName("latentstudio")
    application.setApplicationDisplayName("Latent Studio")
    application.setWindowIcon(icons.app_icon())
    if application.findChild(Garbage) is None:
        Garbage(application)
    return application


def make_window(
    settings: QSettings | None = None, folder: Path | None = None, threads: int | None = None
) -> MainWindow:
    """A window with its own document and engine; nothing is opened yet."""
    from latentstudio.engine.engine import Engine

    settings = settings or QSettings(
        QSettings.Format.IniFormat, QSettings.Scope.UserScope, "latentstudio", "latentstudio"
    )
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    scheme = str(settings.value("view/theme", "system"))
    chosen: theme.Scheme = (
        "dark" if scheme == "dark" else "light" if scheme == "light" else "system"
    )
    theme.apply_theme(application, chosen, _scale(settings))
    document = Document()
    bridge = EngineBridge(document, lambda post: Engine(post, threads=threads))
    return MainWindow(document, bridge, settings, folder or state_folder())


def run(paths: Sequence[str] = (), device: str = "auto", precision: str = "float32") -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    application = make_application()
    guard = KeyGuard(application)
    application.installEventFilter(guard)
    window = make_window()
    install_hooks(window)
    close_on_signals(window)
    window.desk.restore()
    if not paths:  # who comes without a file chooses a face first
        window.start.open()
        window.access.tour.offer()
    window.show()
    # The engine imports torch, which stalls the window for a moment: after the first paint.
    QTimer.singleShot(0, lambda: begin(window, paths, device, precision))
    return application.exec()


def close_on_signals(window: MainWindow) -> None:
    """Ctrl-C in the terminal, or a polite kill, closes the window as its button does."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: window.close())
    # Python runs its handlers between bytecodes, so the event loop must come by now and then.
    awake = QTimer(window, interval=250)
    awake.timeout.connect(lambda: None)
    awake.start()


def begin(window: MainWindow, paths: Sequence[str], device: str, precision: str) -> None:
    """Start the engine and open what was asked for, else the best bundled model."""
    window.bridge.start()
    window.bridge.wish(device, precision)
    window.files.begin_recovery()
    models = [path for path in paths if _is_model(path)]
    others = [path for path in paths if not _is_model(path)]
    names = list(bundled_models())
    if models:
        window.files.open_model(models[0])
    elif not others and names:
        window.files.open_model(names[0])
    for path in others:
        window.files.open_path(Path(path))


def list_controls(as_json: bool) -> list[str]:
    """The window's controls by object name, a line each or as one JSON object."""
    make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = make_window(settings, Path(folder))
        controls = controls_of(window)
        window.close()
    if as_json:
        return [json.dumps({"controls": [control.data() for control in controls]})]
    return [control.line() for control in controls]


def install_hooks(window: MainWindow) -> None:
    """Show bugs as a notice with details to copy; the work goes on."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        text = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(text)
        failure = StudioError(
            "Something in the studio went wrong",
            f"an unexpected {kind.__name__}",
            "Your work is kept. Copy the details into a report.",
        )
        QTimer.singleShot(0, window, lambda: window.files.complain(failure, text))

    sys.excepthook = show
    threading.excepthook = lambda args: show(
        args.exc_type, args.exc_value or RuntimeError(), args.exc_traceback
    )


def _is_model(path: str) -> bool:
    return path in bundled_models() or path.endswith((".safetensors", ".pkl", ".pt", ".pth"))


def _scale(settings: QSettings) -> float:
    try:
        return min(max(float(str(settings.value("view/text", 1.0))), 1.0), 1.5)
    except ValueError:
        return 1.0
