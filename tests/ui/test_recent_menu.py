"""Open recent, and files from others: nothing that a picture names is opened unasked."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from latentstudio.core.document import State
from latentstudio.core.picture import PictureNote, write_picture
from latentstudio.core.recents import remember
from latentstudio.core.recipe import ModelRef, seed_of, with_seed
from latentstudio.core.session import Session, save_session
from tests.core.samples import gradient
from tests.ui.studio import Studio


def test_a_session_of_late_is_two_keys_away(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "work & play.latent"
    lost = State(with_seed(studio.recipe, 77))
    save_session(path, Session((("Start", lost),)))
    remember(path, tmp_path / "state", "work")
    remember(tmp_path / "gone.latent", tmp_path / "state", "work")
    studio.key(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier, studio.window)
    menu = studio.window.recent.menu
    assert menu.isVisible()
    assert [line.text() for line in menu.actions()] == ["&1  work && play.latent"]
    menu.activeAction().trigger()
    menu.close()
    studio.qtbot.waitUntil(lambda: seed_of(studio.recipe) == 77)


def test_the_file_menu_holds_it(studio: Studio) -> None:
    bar = studio.window.top_bar.menu_bar
    file = next(a.menu() for a in bar.actions() if a.text() == "File")
    assert isinstance(file, QMenu)
    line = file.actions()[2]
    assert line.menu() is studio.window.recent.menu
    studio.window.recent.menu.aboutToShow.emit()
    assert studio.window.recent.menu.actions()[0].text() == "Nothing was opened yet"


@pytest.mark.parametrize("name", ["https://example.org/model.safetensors", "{folder}/other"])
def test_a_model_that_a_picture_names_is_not_opened_unasked(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(studio.window.bridge, "open", opened.append)
    model = ModelRef(name.format(folder=tmp_path), "ab" * 32)
    write_picture(
        tmp_path / "gift.png", gradient(), PictureNote(replace(studio.recipe, model=model))
    )
    studio.window.files.open_path(tmp_path / "gift.png")
    studio.qtbot.waitUntil(lambda: bool(studio.notices()))
    assert "This face needs" in studio.notices()[0]
    assert opened == []
    # The face is there, and waits for its model.
    assert studio.recipe.model.model_id == model.model_id


def test_a_session_that_cannot_be_saved_is_said_and_stays(studio: Studio, tmp_path: Path) -> None:
    studio.window.files.save_session(tmp_path / "none" / "work.latent")
    studio.qtbot.waitUntil(lambda: bool(studio.notices()))
    assert studio.notices()[0] == "error: Could not write work.latent"
    assert studio.window.files.path is None
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 8))
    studio.wait_for_picture()
