"""The start: no torch before the window, no lost references, the display asked first."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QObject, Signal

from latentstudio import display


class Sender(QObject):
    sent = Signal(object)


def test_signals_give_their_references_back(qapp: object) -> None:
    """Some versions of PySide drop one reference to None or True at each call, and then abort."""
    sender = Sender()
    seen: list[object] = []
    sender.sent.connect(seen.append)
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(200):
        sender.sent.emit(None)
        sender.sent.emit(True)
    seen.clear()
    after = sys.getrefcount(None), sys.getrefcount(True)
    assert after[0] > before[0] - 100
    assert after[1] > before[1] - 100


def test_the_window_shows_without_torch() -> None:
    code = """
import sys, tempfile
from pathlib import Path
from PySide6.QtCore import QSettings
from latentstudio import app
application = app.make_application()
with tempfile.TemporaryDirectory() as folder:
    settings = QSettings(folder + "/settings.ini", QSettings.Format.IniFormat)
    window = app.make_window(settings, Path(folder))
    window.desk.restore()
    window.show()
    application.processEvents()
    assert window.isVisible()
    window.close()
assert "torch" not in sys.modules, "torch was imported"
assert "pyqtgraph" not in sys.modules, "pyqtgraph was imported"
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DISPLAY": ""}, "neither DISPLAY nor WAYLAND_DISPLAY"),
        ({"DISPLAY": ":987"}, "nothing answers at DISPLAY=:987"),
        ({"DISPLAY": "rubbish"}, "nothing answers at DISPLAY=rubbish"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a display")
def test_a_missing_display_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], words: str
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    reason = display.no_display()
    assert reason is not None
    assert words in reason


def test_offscreen_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert display.no_display() is None
    assert display.missing_library() is None


def test_a_missing_library_names_its_package() -> None:
    error = "libxcb-cursor.so.0: cannot open shared object file: No such file or directory"
    assert display._library_sentence(error).endswith("apt-get install libxcb-cursor0")
    unknown = display._library_sentence("libunheard.so.1: cannot open shared object file")
    assert "libunheard" in unknown
