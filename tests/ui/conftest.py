"""For tests of the window: a dressed application, no leaks, settings of their own, kept screens."""

from __future__ import annotations

import gc
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.ui import theme
from latentstudio.ui.garbage import sweep
from tests.ui import screens
from tests.ui.studio import studio

__all__ = ["studio"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtGui import QImage


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-screens",
        action="store_true",
        help="keep the pictures of this run (with tests/ui as argument)",
    )


class PatientBot(QtBot):
    """Waits longer: on a busy machine the first picture may well take five seconds."""

    def waitUntil(self, callback: Callable[[], object], *, timeout: int = 30_000) -> None:
        super().waitUntil(callback, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture(autouse=True, scope="session")
def _garbage_on_this_thread(qapp: QApplication) -> Iterator[None]:
    """As in the running program, Qt's objects never end on the compute thread, nor after Qt."""
    gc.disable()
    yield
    qapp.clipboard().clear()  # offscreen it outlives Python, which its data must not
    gc.collect()


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    """Every test starts in the dark theme at 100 %."""
    if theme.tokens() is not theme.DARK or theme.scale() != 1.0 or not qapp.styleSheet():
        theme.apply_theme(qapp, "dark")


@pytest.fixture(autouse=True)
def _pointer_at_rest(qapp: QApplication) -> None:
    """The pointer lies in the corner: where a test before left it, a button would light up."""
    QCursor.setPos(0, 0)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path) -> None:
    """Settings are written beside the test, never into the home of whoever runs it."""
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
        QSettings.setPath(QSettings.Format.IniFormat, scope, str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def _nothing_left(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves windows or threads behind."""
    windows, threads = set(map(id, qapp.topLevelWidgets())), set(threading.enumerate())
    yield
    qapp.closeAllWindows()
    sweep()
    left = _new_windows(qapp, windows)
    if left:
        del left
        gc.collect()  # slow, and rarely needed
    left = _new_windows(qapp, windows)
    names = [f"{type(w).__name__} {w.objectName()}" for w in left]
    for widget in left:
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    running = [t.name for t in threading.enumerate() if t not in threads and t.is_alive()]
    assert not names, f"windows left behind: {names}"
    assert not running, f"threads left behind: {running}"


def _new_windows(qapp: QApplication, before: set[int]) -> list[QWidget]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [w for w in qapp.topLevelWidgets() if id(w) not in before and not _is_helper(w)]


def _is_helper(widget: object) -> bool:
    """Windows that Qt makes and keeps for itself, such as the one of tooltips."""
    return type(widget).__name__ in {"QTipLabel", "QComboBoxPrivateContainer", "QRubberBand"}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Maps of faces are kept beside the test, too."""
    monkeypatch.setattr(
        "latentstudio.core.face_map.cache_folder", lambda: tmp_path / "cache" / "face-maps"
    )


@pytest.fixture
def check_screen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[QImage, str], None]:
    """Compares a picture with the kept one of a name."""
    update = bool(request.config.getoption("--update-screens", default=False))
    return lambda image, name: screens.compare(image, name, update, tmp_path)


@pytest.fixture(params=["dark", "light"])
def scheme(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    """Runs a test in both themes."""
    theme.apply_theme(qapp, request.param)
    yield request.param
    theme.apply_theme(qapp, "dark")
