"""Copy as command in the window: what is on the clipboard, and where long recipes go."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from latentstudio.core.recipe import Anchor, Noise, Recipe, Vector, with_psi
from latentstudio.core.recipe_json import parse_recipe
from tests.ui.studio import Studio, make_studio

KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def copied(studio: Studio) -> str:
    QGuiApplication.clipboard().clear()
    studio.window.canvas.setFocus()
    studio.key(Qt.Key.Key_C, KEYS)
    return QGuiApplication.clipboard().text()


def long(recipe: Recipe) -> Recipe:
    rows = np.random.default_rng(0).standard_normal((40, 16)).astype(np.float32)
    anchors = tuple(Anchor(Vector("z", row)) for row in rows)
    return Recipe(recipe.model, anchors)


def test_a_short_recipe_is_in_the_command(studio: Studio) -> None:
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.25))
    first, text, last = copied(studio).splitlines()
    assert first.startswith("latentstudio render - --device cpu --threads 1 --out seed-0.png <<'E")
    assert parse_recipe(text) == studio.recipe
    assert last == "EOF"
    assert studio.notices() == ["info: Command copied"]


def test_a_long_recipe_goes_to_a_file_that_the_command_names(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_window: object, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        asked.append(start)
        return str(tmp_path / "my face"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    studio.document.edit_recipe("Paste", long)
    copied(studio)
    studio.qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
    command = QGuiApplication.clipboard().text()
    assert asked[0].endswith("blend-of-40.json")
    assert f"'{tmp_path}/my face.json'" in command
    assert "\n" not in command
    assert parse_recipe((tmp_path / "my face.json").read_bytes()) == studio.recipe


def test_nothing_is_copied_when_no_file_is_chosen_or_it_cannot_be_written(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.document.edit_recipe("Paste", long)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    assert copied(studio) == ""
    gone = str(tmp_path / "gone" / "face.json")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (gone, ""))
    assert copied(studio) == ""
    studio.qtbot.waitUntil(lambda: studio.notices() == ["error: Could not write face.json"])
    assert QGuiApplication.clipboard().text() == ""


def test_random_noise_is_said(qtbot: object, qapp: object, tmp_path: Path) -> None:
    studio = make_studio(qtbot, tmp_path, noise=True)  # type: ignore[arg-type]
    studio.document.edit_recipe("Noise", lambda r: Recipe(r.model, noise=Noise("random")))
    assert "latentstudio render -" in copied(studio)
    assert studio.notices() == ["warning: Command copied"]
    studio.window.close()
    studio.window.deleteLater()
