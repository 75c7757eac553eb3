"""Bending a copy of the model, as a person does it: found, bent, opened, taken back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.bundle import read_card
from latentstudio.core.document import Document
from latentstudio.core.paste import Picture
from latentstudio.core.recipe import Anchor, ModelRef, Recipe, Vector
from latentstudio.core.work import with_picture
from latentstudio.engine.engine import Engine
from latentstudio.ui.actions import KeyGuard
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.main_window import MainWindow
from tests.models.examples import write_example
from tests.ui.studio import Studio


@pytest.fixture
def bent(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    """A window with a small model from a file."""
    monkeypatch.setattr("latentstudio.ui.bend.STEPS", 4)
    guard = KeyGuard()
    qapp.installEventFilter(guard)
    model = tmp_path / "model.safetensors"
    write_example(model, "stylegan")
    document = Document()
    bridge = EngineBridge(document, lambda post: Engine(post, threads=1))
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(document, bridge, settings, tmp_path / "state")
    window.desk.restore()
    window.show()
    bridge.start()
    bridge.open(str(model))
    made = Studio(qtbot, window, {}, tmp_path)
    made.qtbot.waitUntil(lambda: bridge.frame is not None, timeout=20_000)
    yield made
    window.close()
    qapp.removeEventFilter(guard)
    window.deleteLater()


def find(studio: Studio) -> None:
    """Go to a face that was found for a picture."""
    info = studio.window.bridge.info
    assert info is not None
    side, layers = info.resolution, np.zeros((info.style_layers, info.style_dim), np.float32)
    recipe = Recipe(ModelRef.of(info), (Anchor(Vector("w+", layers)),))
    picture = Picture(np.full((side, side, 3), 90, np.uint8), "mine.png")
    studio.document.edit(
        "Find", lambda s: replace(s, recipe=recipe, work=with_picture(s.work, picture))
    )
    studio.wait_for_picture()


def test_a_copy_is_bent_and_opened(bent: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    window, action = bent.window, bent.window.actions_by_name["bend"]
    assert not action.isEnabled()
    find(bent)
    assert action.isEnabled()
    found = bent.recipe
    target = bent.folder / "mine"  # its ending is added
    ask = staticmethod(lambda *_: (str(target), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    action.trigger()
    assert not action.isEnabled()  # one at a time
    bent.qtbot.waitUntil(lambda: bool(bent.notices()), timeout=20_000)
    assert bent.notices()[0] == "info: mine.safetensors is a model of its own"
    assert bent.recipe == found  # nothing has changed but the offer
    card = read_card(bent.folder / "mine.safetensors")
    assert card.training["bent from"] == "model"
    window.notices.notices()[0].buttons[0].click()
    bent.qtbot.waitUntil(
        lambda: window.bridge.info is not None and window.bridge.info.name == "mine"
    )
    bent.wait_for_picture()
    assert bent.recipe.model.model_id == card.model_id
    assert bent.recipe.anchors == found.anchors
    window.actions_by_name["undo"].trigger()
    bent.qtbot.waitUntil(
        lambda: window.bridge.info is not None and window.bridge.info.name == "model"
    )
    bent.wait_for_picture()
    assert bent.recipe == found


def test_the_model_is_not_written_over(bent: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    find(bent)
    model = bent.folder / "model.safetensors"
    before = model.read_bytes()
    ask = staticmethod(lambda *_: (str(model), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    bent.window.actions_by_name["bend"].trigger()
    bent.qtbot.waitUntil(lambda: bool(bent.notices()), timeout=20_000)
    assert "stays as it is" in bent.notices()[0]
    assert model.read_bytes() == before
    assert bent.window.actions_by_name["bend"].isEnabled()


def test_a_seed_was_not_found(bent: Studio) -> None:
    find(bent)
    bent.window.actions_by_name["random"].trigger()
    assert not bent.window.actions_by_name["bend"].isEnabled()
    bent.window.bend.begin(bent.folder / "x.safetensors")  # nothing to bend: nothing happens
    assert bent.window.jobs.running == 0
