"""Opening, saving and recovering: what was made comes back, what is broken gets a sentence."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.document import State
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import ModelRef, Recipe, seed_of, with_psi, with_seed
from latentstudio.core.session import Session, save_session
from latentstudio.ui.faces import image_of
from tests.ui.studio import Studio, make_studio


def change(studio: Studio, seed: int, psi: float) -> None:
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, seed))
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, psi))
    studio.wait_for_picture()


def drop(studio: Studio, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(300, 300), Qt.DropAction.CopyAction, data,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    studio.window.dropEvent(event)


def wait_for_notice(studio: Studio, words: str) -> None:
    studio.qtbot.waitUntil(lambda: any(words in title for title in studio.notices()))


def test_a_saved_picture_brings_its_recipe_back(studio: Studio, tmp_path: Path) -> None:
    change(studio, 42, 0.5)
    wanted, frame = studio.recipe, studio.wait_for_picture()
    path = tmp_path / "face.png"
    studio.window.files.save_picture(path)
    wait_for_notice(studio, "Saved face.png")
    pixels, note = read_picture(path)
    assert note is not None
    assert note.recipe == wanted
    assert pixels.tobytes() == frame.pixels[..., 2::-1].tobytes()
    change(studio, 7, 1.0)
    drop(studio, path)
    studio.qtbot.waitUntil(lambda: studio.recipe == wanted)
    studio.document.undo()
    assert seed_of(studio.recipe) == 7


def test_a_session_brings_everything_back(studio: Studio, tmp_path: Path) -> None:
    change(studio, 42, 0.5)
    wanted, steps = studio.recipe, len(studio.document.entries)
    path = tmp_path / "work.latent"
    studio.window.files.save_session(path)
    studio.qtbot.waitUntil(lambda: studio.window.windowTitle().startswith("work - "))
    change(studio, 7, 1.0)
    assert studio.window.windowTitle().startswith("work *")
    studio.window.files.open_path(path)
    studio.qtbot.waitUntil(lambda: studio.recipe == wanted)
    assert len(studio.document.entries) == steps
    studio.wait_for_picture()
    wait_for_notice(studio, "Another session is open")


def test_what_was_there_before_a_session_is_one_click_away(studio: Studio, tmp_path: Path) -> None:
    other = State(with_seed(Recipe(model=studio.recipe.model), 5))
    save_session(tmp_path / "other.latent", Session((("Start", other),)))
    change(studio, 42, 0.5)
    mine = studio.recipe
    studio.window.files.open_path(tmp_path / "other.latent")
    studio.qtbot.waitUntil(lambda: seed_of(studio.recipe) == 5)
    notice = studio.window.notices.notices()[0]
    notice.buttons[0].click()
    assert studio.recipe == mine


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("empty.latent", b"", "empty.latent"),
        ("random.latent", os.urandom(3000), "random.latent"),
        ("picture.png", b"\x89PNG\r\n\x1a\nbroken", "picture.png"),
        ("gone.latent", None, "gone.latent is not there"),
    ],
)
def test_broken_files_get_a_sentence_and_change_nothing(
    studio: Studio, tmp_path: Path, name: str, data: bytes | None, words: str
) -> None:
    change(studio, 42, 0.5)
    before = studio.document.state
    if data is not None:
        (tmp_path / name).write_bytes(data)
    studio.window.files.open_path(tmp_path / name)
    wait_for_notice(studio, words)
    assert studio.document.state == before


def test_a_newer_session_is_refused(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "newer.latent"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("session.json", json.dumps({"format_version": 999}))
    before = studio.document.state
    studio.window.files.open_path(path)
    studio.qtbot.waitUntil(lambda: bool(studio.notices()))
    notice = studio.window.notices.notices()[0]
    assert "newer" in f"{notice.title} {notice.detail}".lower()
    assert studio.document.state == before


def test_an_unwritable_place_is_said_and_work_goes_on(studio: Studio, tmp_path: Path) -> None:
    studio.window.files.save_picture(tmp_path / "no" / "such" / "folder" / "face.png")
    wait_for_notice(studio, "Could not write face.png")
    change(studio, 3, 0.9)


def test_copying_puts_the_exact_picture_on_the_clipboard(studio: Studio) -> None:
    frame = studio.wait_for_picture()
    studio.window.files.copy_picture()
    copied = QGuiApplication.clipboard().image()
    assert copied.size() == image_of(frame.pixels).size()
    assert copied.pixelColor(5, 9) == image_of(frame.pixels).pixelColor(5, 9)


def test_work_of_a_crashed_window_is_offered_and_opens(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    lost = State(with_seed(Recipe(model=ModelRef("fake", "id-of-fake")), 77))
    folder = tmp_path / "state" / "recovery"
    folder.mkdir(parents=True)
    save_session(folder / "1-crashed.latent", Session((("Start", lost),)))
    studio = make_studio(qtbot, tmp_path)
    studio.window.files.begin_recovery()
    wait_for_notice(studio, "Recovered")
    studio.window.notices.notices()[0].buttons[0].click()
    studio.qtbot.waitUntil(lambda: seed_of(studio.recipe) == 77)
    studio.wait_for_picture()
    studio.window.close()
    studio.window.deleteLater()


def test_two_windows_have_a_recovery_file_each(
    studio: Studio, qtbot: QtBot, tmp_path: Path
) -> None:
    second = make_studio(qtbot, tmp_path)
    change(studio, 1, 0.9)
    change(second, 2, 0.8)
    studio.window.files.autosave()
    second.window.files.autosave()
    folder = tmp_path / "state" / "recovery"
    qtbot.waitUntil(lambda: len(list(folder.glob("*.latent"))) == 2)
    second.window.files.begin_recovery()
    qtbot.wait(100)
    assert not any("Recovered" in title for title in second.notices())
    second.window.close()
    second.window.deleteLater()
    third = make_studio(qtbot, tmp_path)
    third.window.files.begin_recovery()
    wait_for_notice(third, "Recovered")
    assert len(third.notices()) == 1  # the first window still runs, the second kept its work
    third.window.close()
    third.window.deleteLater()


def test_a_home_that_cannot_be_written_is_said_once(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    studio = make_studio(qtbot, tmp_path)
    for seed in (5, 6):
        change(studio, seed, 0.5)
        studio.window.files.autosave()
    wait_for_notice(studio, "Work is not kept automatically")
    qtbot.wait(100)
    assert len(studio.notices()) == 1
    studio.window.close()
    studio.window.deleteLater()


def test_a_model_removed_while_it_is_open_goes_on_drawing(studio: Studio) -> None:
    studio.generators.pop("fake")
    change_seed = studio.document.edit_recipe
    change_seed("Seed", lambda r: with_seed(r, 8))
    studio.wait_for_picture()
    studio.window.files.open_model("fake")
    studio.qtbot.waitUntil(lambda: bool(studio.notices()))
    change_seed("Seed", lambda r: with_seed(r, 9))
    studio.wait_for_picture()


def test_saved_work_leaves_nothing_to_recover(studio: Studio, tmp_path: Path) -> None:
    change(studio, 4, 0.4)
    studio.window.files.autosave()
    studio.window.files.save_session(tmp_path / "kept.latent")
    studio.qtbot.waitUntil(lambda: studio.window.windowTitle().startswith("kept - "))
    studio.window.close()
    assert not list((tmp_path / "state" / "recovery").glob("*"))
