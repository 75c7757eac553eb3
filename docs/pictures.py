"""Draws the pictures of the README: the window in both themes, and seeds 0 to 63 of a model."""

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from latentstudio import app
from latentstudio.cli import main as latentstudio
from latentstudio.core.recipe import Recipe, with_place, with_psi, with_seed
from latentstudio.ui import theme
from latentstudio.ui.main_window import MainWindow

FOLDER = Path(__file__).parents[1] / "assets" / "pictures"
MODEL = "avatars-dcgan"
SEED = 18


def wait(application: QApplication, seconds: float) -> None:
    """Let the window live for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        application.processEvents()
        time.sleep(0.005)


def walk(window: MainWindow) -> None:
    """Something to see in every panel: a walk, a blend, a truncation."""
    edits = [
        ("Seed", lambda r: with_seed(r, SEED)),
        ("Seed", lambda r: with_seed(r, SEED + 1)),
        ("Walk", lambda r: with_place(r, SEED + 1.34, 0.22)),
        ("Truncation", lambda r: with_psi(r, 0.85)),
    ]
    for label, change in edits:
        window.document.edit_recipe(label, change)
        window.document.end_gesture()


def draw_window(application: QApplication, window: MainWindow) -> None:
    for scheme in ("light", "dark"):
        theme.apply_theme(application, scheme)
        wait(application, 1.0)
        window.grab().save(str(FOLDER / f"explore-{scheme}.png"))
    window.show_view(1)
    window.document.edit_recipe("Seed", lambda r: replace(Recipe(model=r.model)))
    window.sheet.kind.set_current(2)
    window.sheet.fill()
    wait(application, 2.0)
    window.grab().save(str(FOLDER / "sheet-dark.png"))


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    application = app.make_application()
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(str(Path(folder) / "settings.ini"), QSettings.Format.IniFormat)
        window = app.make_window(settings, Path(folder))
        window.resize(1440, 900)
        window.show()
        app.begin(window, [MODEL], "cpu", "float32")
        while window.bridge.frame is None:
            wait(application, 0.1)
        walk(window)
        wait(application, 2.0)
        draw_window(application, window)
        window.document.go(0)
        window.close()
        seeds = f"{folder}/seeds"
        code = latentstudio(["generate", MODEL, "--seeds", "0-63", "--grid", "--out", seeds])
        sheet = Path(seeds) / "grid.png"
        (FOLDER / f"{MODEL}-seeds-0-63.png").write_bytes(sheet.read_bytes())
    return code


if __name__ == "__main__":
    sys.exit(main())
