"""From drawn faces to a face in the window: data, two steps of training, export, open, drag."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from latentstudio import app
from latentstudio.core.recipe import with_psi
from trainers.__main__ import main as train


def test_eight_faces_to_the_window(
    qtbot: QtBot, qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    faces, run, model = tmp_path / "faces.zip", tmp_path / "run", tmp_path / "tiny.safetensors"
    drawn = ["data", "avatars:dylan", "--count", "8", "--resolution", "16", "--out", str(faces)]
    assert train(drawn) == 0
    # Batches of eight: 0.016 thousand images are two steps.
    assert train(["dcgan-test", "--data", str(faces), "--out", str(run), "--kimg", "0.016"]) == 0
    assert train(["export", str(run), "--out", str(model)]) == 0

    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = app.make_window(settings, tmp_path / "state", threads=1)
    window.show()
    app.begin(window, [str(model)], "cpu", "float32")
    qtbot.waitUntil(lambda: window.bridge.frame is not None, timeout=20_000)
    first = window.bridge.frame
    assert first is not None
    assert first.pixels.shape == (16, 16, 4)
    window.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, 0.0))
    qtbot.waitUntil(lambda: window.bridge.frame is not first)
    assert not window.notices.notices()
    window.close()
    window.deleteLater()
