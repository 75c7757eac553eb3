"""The export card: what is chosen is what is written, and what cannot be says why."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.direction import Direction
from latentstudio.core.gallery import with_kept, with_note, with_star
from latentstudio.core.layout import Layout, table_of
from latentstudio.core.picture import pixels_of, read_picture
from latentstudio.core.recipe import Vector, with_seed
from latentstudio.ui.still_card import StillCard
from latentstudio.ui.still_plans import STEPS, plans
from tests.ui import screens
from tests.ui.studio import Studio, make_studio

SIDE = 64
AXES = [
    Direction(name, Vector("w", np.eye(16, dtype=np.float32)[i]), group="attributes")
    for i, name in enumerate(("Smile", "Hair"))
]


def card_of(studio: Studio, action: str = "save_picture") -> StillCard:
    """The card that an action opens."""
    studio.window.actions_by_name[action].trigger()
    found = [card for card in studio.window.findChildren(StillCard) if card.isVisible()]
    assert len(found) == 1
    return found[0]


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> list[str]:
    """Answers every file dialog with a path; the list gets the names that were offered."""
    offered: list[str] = []

    def answer(_parent: object, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        offered.append(Path(start).name)
        return str(path), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return offered


def keep(studio: Studio, *seeds: int) -> None:
    gallery = studio.document.state.gallery
    for seed in seeds:
        gallery = with_kept(gallery, with_seed(studio.recipe, seed))
    studio.document.edit("Keep", lambda state: replace(state, gallery=gallery))


def written(studio: Studio, path: Path) -> np.ndarray:
    studio.qtbot.waitUntil(path.exists, timeout=9000)
    return read_picture(path)[0]


# --- the picture ----------------------------------------------------------------------------------


def test_return_twice_is_the_exact_picture(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "face.png"
    offered = choose(monkeypatch, path)
    QTest.keyClick(card_of(studio), Qt.Key.Key_Return)
    pixels = written(studio, path)
    frame = studio.wait_for_picture()
    np.testing.assert_array_equal(pixels, frame.pixels[..., 2::-1])
    assert offered == ["seed-0.png"]


def test_four_times_as_squares_for_paper_and_back_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 42))
    studio.wait_for_picture()
    wanted, path = studio.recipe, tmp_path / "face.png"
    choose(monkeypatch, path)
    card = card_of(studio)
    assert not card.ways.segments[1].isEnabled()
    card.scale.segments[1].click()
    card.ways.segments[1].click()
    card.paper.click()
    card.width_mm.begin()
    QTest.keyClicks(card.width_mm, "20")
    QTest.keyClick(card.width_mm, Qt.Key.Key_Return)
    assert card.facts.text().startswith("256 × 256 pixels, 325 dpi")
    card.save.click()
    pixels = written(studio, path)
    frame = studio.wait_for_picture()
    np.testing.assert_array_equal(pixels[::4, ::4], frame.pixels[..., 2::-1])
    assert pixels.shape == (4 * SIDE, 4 * SIDE, 3)
    with Image.open(path) as picture:
        assert picture.info["dpi"][0] == pytest.approx(325.1, abs=0.1)
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 7))
    studio.window.files.open_path(path)
    studio.qtbot.waitUntil(lambda: studio.recipe == wanted)
    again = studio.wait_for_picture()
    assert again.pixels.shape == (SIDE, SIDE, 4)


def test_without_the_recipe(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "face.png"
    choose(monkeypatch, path)
    card = card_of(studio)
    card.recipe.click()
    card.save.click()
    written(studio, path)
    assert read_picture(path)[1] is None
    assert not card_of(studio).recipe.isChecked()  # offered again as it was chosen last


def test_copying_a_larger_one(studio: Studio) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    card = card_of(studio)
    card.scale.segments[2].click()
    card.copy.click()
    studio.qtbot.waitUntil(lambda: clipboard.image().width() == 8 * SIDE)
    png = clipboard.mimeData().data("image/png").data()
    assert pixels_of(bytes(png)).shape == (8 * SIDE, 8 * SIDE, 3)
    studio.window.actions_by_name["copy"].trigger()  # by key, the exact one as ever
    assert clipboard.image().width() == SIDE


def test_a_cancelled_card_or_dialog_writes_nothing(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = choose(monkeypatch, tmp_path / "never.png")
    QTest.keyClick(card_of(studio), Qt.Key.Key_Escape)
    assert asked == []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    card_of(studio).save.click()
    assert not list(tmp_path.glob("*.png"))


def test_a_folder_that_cannot_be_written_is_said_and_work_goes_on(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(studio, 1)
    for action in ("save_picture", "export_gallery"):
        choose(monkeypatch, tmp_path / "none" / "face.png")
        card_of(studio, action).save.click()
        studio.qtbot.waitUntil(lambda: any("Could not write" in t for t in studio.notices()))
        studio.window.notices.notices()[0].close_button.click()
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 7))
    studio.wait_for_picture()


# --- pages ----------------------------------------------------------------------------------------


def test_the_gallery_with_its_notes(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    keep(studio, 1, 2, 3)
    first = with_seed(studio.recipe, 1)
    studio.document.edit(
        "Note",
        lambda s: replace(s, gallery=with_star(with_note(s.gallery, first, "Grin"), [first])),
    )
    path = tmp_path / "gallery.png"
    choose(monkeypatch, path)
    started: list[dict[str, object]] = []
    start = studio.window.bridge.start_job

    def start_job(name: str, title: str, **options: object) -> int:
        if "captions" in options:  # the window looks for other things, too
            started.append(options)
        return start(name, title, **options)

    monkeypatch.setattr(studio.window.bridge, "start_job", start_job)
    card = card_of(studio, "export_gallery")
    assert card.key() == "gallery"
    laid = Layout(*table_of(3), SIDE, words=True)
    assert card.facts.text() == f"{laid.size[0]} × {laid.size[1]} pixels."
    card.save.click()
    pixels = written(studio, path)
    assert pixels.shape[1::-1] == laid.size
    assert started[-1]["captions"] == ["* Grin (Seed 1)", "Seed 2", "Seed 3"]


def test_faces_that_were_chosen_are_a_gallery_of_their_own(studio: Studio) -> None:
    keep(studio, 1, 2, 3)
    studio.window.strip.choose("gallery")
    tab = studio.window.strip.tab("gallery")
    studio.qtbot.waitUntil(lambda: len(tab.shown) == 3)  # type: ignore[attr-defined]
    tab.faces.set_selection([0, 2])  # type: ignore[attr-defined]
    layout = plans(studio.window)["gallery"].layout
    assert layout is not None
    assert (layout.rows, layout.columns) == (1, 2)


def test_the_contact_sheet_names_its_faces(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.png"
    choose(monkeypatch, path)
    card = card_of(studio, "export_sheet")
    assert studio.window.sheet.isVisible()
    size = Layout(*table_of(len(studio.window.sheet.recipes)), SIDE, words=True).size
    card.save.click()
    assert written(studio, path).shape[1::-1] == size


@pytest.fixture
def stylish(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Studio:
    made = make_studio(qtbot, tmp_path, layers=8, directions=AXES)
    qtbot.addWidget(made.window)
    return made


def test_the_face_along_each_direction(
    stylish: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "strips.png"
    choose(monkeypatch, path)
    card = card_of(stylish, "export_strips")
    card.words.click()
    card.save.click()
    laid = Layout(len(AXES), len(STEPS), SIDE)
    pixels = written(stylish, path)
    assert pixels.shape[1::-1] == laid.size
    faces = []
    for row in range(len(AXES)):
        left, top = laid.corner(row, 0)
        faces.append(pixels[top : top + SIDE, left : left + SIDE])
        right = laid.corner(row, len(STEPS) - 1)[0]
        assert not np.array_equal(faces[-1], pixels[top : top + SIDE, right : right + SIDE])
    assert not np.array_equal(*faces)


def test_the_mixing_grid_is_one_of_the_pages(
    stylish: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "grid.png"
    choose(monkeypatch, path)
    card = card_of(stylish)
    card.what.segments[list(plans(stylish.window)).index("grid")].click()
    assert "chosen with it" in card.facts.text()
    card.save.click()
    assert written(stylish, path).shape[0] > 2 * SIDE
    assert stylish.window.workspaces.current.key == "mix"


@pytest.mark.parametrize("action", ["export_gallery", "export_grid", "export_strips"])
def test_what_is_not_there_is_said(studio: Studio, action: str) -> None:
    studio.window.actions_by_name[action].trigger()
    assert not studio.window.findChildren(StillCard)
    assert studio.notices()[0].startswith("info: There is no")


def test_what_is_too_large_cannot_be_chosen(studio: Studio, tmp_path: Path) -> None:
    keep(studio, *range(400))
    card = card_of(studio, "export_gallery")
    card.scale.segments[2].click()
    assert not card.save.isEnabled()
    assert "million" in card.facts.text()
    QTest.keyClick(card, Qt.Key.Key_Return)
    assert card.isVisible()
    card.scale.segments[0].click()
    assert card.save.isEnabled()
    card.close()


# --- latents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["latents.npz", "latents.csv", "latents"])
def test_latents_of_the_gallery(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    keep(studio, 5, 6)
    choose(monkeypatch, tmp_path / name)
    studio.window.actions_by_name["export_latents"].trigger()
    path = tmp_path / (name if "." in name else "latents.npz")
    studio.qtbot.waitUntil(path.exists, timeout=9000)
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as data:
            assert list(data["seed"]) == [5, 6]
    else:
        assert path.read_text("utf-8").startswith("name,seed,note,starred,mark,z_000,")


def test_latents_of_an_empty_gallery(studio: Studio) -> None:
    studio.window.actions_by_name["export_latents"].trigger()
    assert studio.notices() == ["info: There are no latents to export"]


# --- looks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["picture", "gallery"])
def test_the_card_in_both_themes(
    studio: Studio, scheme: str, what: str, check_screen: Callable[[QImage, str], None]
) -> None:
    keep(studio, 1, 2, 3)
    card = card_of(studio, "export_gallery" if what == "gallery" else "save_picture")
    if what == "gallery":
        card.paper.click()
    else:
        card.scale.segments[1].click()
    card.setFocus()
    QApplication.processEvents()
    check_screen(screens.grab(card), f"export-{what}-{scheme}")
    card.close()
