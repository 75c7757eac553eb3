"""The start screen and the map of the left rail: faces that arrive, choosing one, leaving."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latentstudio import app
from latentstudio.core.face_map import FaceMap, make_map
from latentstudio.core.recipe import seed_of, with_psi, with_seed
from latentstudio.resources import bundled_models
from latentstudio.ui import start as start_module
from latentstudio.ui.controls import FaceMapView
from latentstudio.ui.start_cards import CARD_FACES, keep_faces, kept_faces, shipped_faces
from latentstudio.ui.start_screen import StartScreen
from tests.shelf import write_model
from tests.ui import screens
from tests.ui.studio import Studio, make_studio

Key = Qt.Key
FACES = 24  # fewer than people see, so that the tests are fast


@pytest.fixture(autouse=True)
def few_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("engine.face_map", "ui.start"):
        monkeypatch.setattr(f"latentstudio.{module}.FACES", FACES)


@pytest.fixture
def screen(studio: Studio) -> StartScreen:
    """The start screen over the window, with all its faces."""
    studio.key(Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    found = studio.window.start.screen
    assert found is not None
    studio.qtbot.waitUntil(lambda: len(found.view.images()) == FACES)
    return found


def spot(view: FaceMapView, index: int) -> QPoint:
    return view.center(index).toPoint()


def test_faces_come_as_they_are_drawn(studio: Studio, screen: StartScreen) -> None:
    assert screen.geometry() == studio.window.rect()
    found = screen.view.face_map()
    assert found is not None
    assert found.seeds == tuple(range(FACES))
    shown = screens.pixels(screens.grab(screen.view))[::5, ::5]
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 500
    assert "24 faces" in screen._words.text()


def test_a_click_starts_there_in_one_step(studio: Studio, screen: StartScreen) -> None:
    QTest.mouseMove(screen.view, spot(screen.view, 13))
    assert screen.view.current() == 13
    QTest.mouseClick(screen.view, Qt.MouseButton.LeftButton, pos=spot(screen.view, 13))
    assert seed_of(studio.recipe) == 13
    assert studio.window.start.screen is None
    assert len(studio.document.entries) == 2
    assert studio.window.canvas.hasFocus()
    studio.wait_for_picture()


def test_arrows_choose_and_return_starts(studio: Studio, screen: StartScreen) -> None:
    view = screen.view
    assert view.hasFocus()
    first = view.current()
    assert first >= 0
    before = studio.recipe
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down):
        studio.key(key)
    chosen = view.current()
    assert chosen != first
    assert view.center(chosen).x() > view.center(first).x()
    assert studio.recipe == before  # the window's arrows did not work meanwhile
    studio.key(Key.Key_Return)
    assert seed_of(studio.recipe) == chosen
    assert studio.window.start.screen is None
    studio.wait_for_picture()


def test_space_starts_from_any_face(
    studio: Studio, screen: StartScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start_module, "fresh_seed", lambda: 2**32 - 1)
    studio.key(Key.Key_Space)
    assert seed_of(studio.recipe) == 2**32 - 1
    assert studio.window.start.screen is None
    studio.wait_for_picture()


def test_escape_leaves_everything_as_it_was(studio: Studio, screen: StartScreen) -> None:
    before = studio.recipe
    studio.key(Key.Key_Escape)
    assert studio.window.start.screen is None
    assert (studio.recipe, len(studio.document.entries)) == (before, 1)


def test_single_keys_do_not_reach_what_is_covered(studio: Studio, screen: StartScreen) -> None:
    before = studio.recipe
    for key in (Key.Key_W, Key.Key_K, Key.Key_P, Key.Key_F, Key.Key_Q):
        studio.key(key)
    assert studio.recipe == before
    assert not studio.document.state.gallery
    assert studio.window.top_bar.isVisible()
    assert studio.window.start.screen is screen


def test_tab_stays_on_the_screen(studio: Studio, screen: StartScreen) -> None:
    seen = set()
    for _ in range(5 + len(bundled_models())):  # each model of the list is a stop, too
        studio.key(Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        assert screen.isAncestorOf(focus)
        seen.add(focus.objectName())
    assert {"start.random", "start.open", "start.leave"} <= seen


def test_other_faces_lie_on_the_same_map(studio: Studio, screen: StartScreen) -> None:
    first = screen.view.face_map()
    screen.others.click()
    studio.qtbot.waitUntil(lambda: screen.view.face_map() is not first)
    other = screen.view.face_map()
    assert first is not None
    assert other is not None
    assert not set(first.seeds) & set(other.seeds)
    assert np.array_equal(first.axes, other.axes)


def test_another_model_brings_its_own_faces(studio: Studio, screen: StartScreen) -> None:
    first = screen.view.face_map()
    studio.window.files.open_model("other")
    studio.qtbot.waitUntil(lambda: screen.view.face_map() not in (None, first))
    assert studio.window.start.screen is screen  # a model alone is no face
    studio.qtbot.waitUntil(lambda: len(screen.view.images()) == FACES)
    assert studio.recipe.model.name == "other"


def test_what_is_opened_is_shown_at_once(studio: Studio, screen: StartScreen) -> None:
    studio.document.restore(
        [("Start", studio.document.state)], 0
    )  # a session of the same face changes nothing
    assert studio.window.start.screen is screen
    studio.document.edit_recipe("Open a.png", lambda r: with_psi(with_seed(r, 9), 0.5))
    assert studio.window.start.screen is None
    studio.wait_for_picture()


def test_notices_are_seen_on_the_screen_and_come_back(studio: Studio, screen: StartScreen) -> None:
    studio.window.files.open_path(Path("/nowhere/at/all.latent"))
    notices = studio.window.notices
    assert screen.isAncestorOf(notices)
    studio.qtbot.waitUntil(notices.isVisible)
    studio.key(Key.Key_Escape)
    assert not screen.isAncestorOf(notices)
    studio.qtbot.waitUntil(notices.isVisible)
    assert studio.window.canvas.mapTo(studio.window, QPoint()).y() > notices.height()


def test_models_and_recent_files_are_listed(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_model(tmp_path / "one.safetensors")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"rubbish")
    models = {"one": model, "broken": broken}
    monkeypatch.setattr(start_module, "bundled_models", lambda: models)
    recent = tmp_path / "mine.safetensors"
    recent.touch()
    monkeypatch.setattr(studio.window.files, "models", lambda: ([], [model, recent]))
    session = tmp_path / "faces.latent"
    studio.window.files.save_session(session)
    studio.qtbot.waitUntil(lambda: studio.window.files.recent_work() == [session])
    studio.window.start.open()
    card, row = studio.control("start.model.one"), studio.control("start.recent.1")
    assert studio.control("start.recent.0").accessibleDescription().startswith("session, today")
    assert row.accessibleDescription().startswith("model, today")
    assert card.accessibleDescription() == "DCGAN · 32 px"
    assert studio.window.findChild(QWidget, "start.model.broken") is None
    assert studio.window.findChild(QWidget, "start.recent.2") is None  # the bundled one is above
    asked: list[object] = []
    screen = studio.window.start.screen
    assert screen is not None
    screen.model_chosen.disconnect()
    screen.file_chosen.disconnect()
    screen.model_chosen.connect(asked.append)
    screen.file_chosen.connect(asked.append)
    for button in (card, row):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["one", recent]


def test_four_faces_of_a_model_are_kept_for_its_card(tmp_path: Path) -> None:
    from latentstudio.core import face_map

    face_map.cache_folder().mkdir(parents=True)
    images = []
    for shade in (10, 90, 170, 250):
        image = QImage(64, 64, QImage.Format.Format_RGB32)
        image.fill(shade * 0x010101 | 0xFF000000)
        images.append(image)
    keep_faces("id", images)
    kept = kept_faces("id")
    assert [image.pixelColor(20, 20).red() for image in kept] == [10, 90, 170, 250]
    assert kept_faces("another") == []


@pytest.mark.parametrize("name", bundled_models())
def test_a_bundled_model_shows_faces_before_it_is_opened(name: str) -> None:
    faces = shipped_faces(name)
    assert len(faces) == CARD_FACES
    assert len({face.pixelColor(24, 24).rgb() for face in faces}) > 1
    assert shipped_faces("none of them") == []


@pytest.mark.parametrize(("paths", "up"), [((), True), (("some.latent",), False)])
def test_only_who_comes_without_a_file_sees_it(
    paths: tuple[str, ...], up: bool, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "make_application", lambda: _Application)
    for name in ("install_hooks", "close_on_signals", "begin"):
        monkeypatch.setattr(app, name, lambda *_: None)
    monkeypatch.setattr(app, "make_window", lambda: studio.window)
    monkeypatch.setattr(app, "KeyGuard", lambda _application: None)
    assert app.run(paths) == 5
    assert (studio.window.start.screen is not None) == up


class _Application:
    """An application whose loop ends at once."""

    @staticmethod
    def installEventFilter(_filter: object) -> None: ...

    @staticmethod
    def exec() -> int:
        return 5


# --- the map of the left rail --------------------------------------------------------------------


def map_view(studio: Studio) -> FaceMapView:
    view = studio.control("map.faces")
    assert isinstance(view, FaceMapView)
    studio.qtbot.waitUntil(lambda: len(view.images()) == FACES)
    return view


def test_the_point_is_on_the_current_face(studio: Studio) -> None:
    view = map_view(studio)
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 20))
    studio.wait_for_picture()

    def on_its_face() -> bool:
        here = view.here()
        return here is not None and (here - view.center(20)).manhattanLength() < 2

    studio.qtbot.waitUntil(on_its_face)


def test_a_click_on_the_map_goes_there(studio: Studio) -> None:
    view = map_view(studio)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot(view, 17))
    assert seed_of(studio.recipe) == 17
    assert studio.document.entries[-1].label == "Go to a face of the map"
    studio.wait_for_picture()


def test_a_face_of_the_map_brings_its_class(qtbot: QtBot, tmp_path: Path) -> None:
    names = ("Curls", "Beard", "Bun")
    studio = make_studio(qtbot, tmp_path, classes=names)
    view = map_view(studio)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=spot(view, 17))
    assert studio.recipe.classes == (("Bun", 1.0),)
    studio.window.start.open()
    screen = studio.window.start.screen
    assert screen is not None
    qtbot.waitUntil(lambda: len(screen.view.images()) == FACES)
    QTest.mouseMove(screen.view, spot(screen.view, 13))
    assert screen.view.accessibleDescription() == "Seed 13 · Beard"
    QTest.mouseClick(screen.view, Qt.MouseButton.LeftButton, pos=spot(screen.view, 13))
    assert (seed_of(studio.recipe), studio.recipe.classes) == (13, (("Beard", 1.0),))
    studio.wait_for_picture()
    studio.window.close()
    studio.window.deleteLater()


def test_the_map_is_walked_by_arrows_from_where_one_is(studio: Studio) -> None:
    view = map_view(studio)
    studio.qtbot.waitUntil(lambda: view.here() is not None)
    view.setFocus()
    studio.key(Key.Key_Left)
    assert view.current() == 0  # the face that the point is on
    studio.key(Key.Key_Left)
    studio.key(Key.Key_Return)
    assert seed_of(studio.recipe) == view.current() != 0
    studio.wait_for_picture()


def test_its_button_opens_the_start_screen(studio: Studio) -> None:
    QTest.mouseClick(studio.control("map.large"), Qt.MouseButton.LeftButton)
    assert studio.window.start.screen is not None


def test_an_enlarged_face_stays_inside(qtbot: object) -> None:
    features = np.random.default_rng(3).normal(size=(FACES, 8))
    made: FaceMap = make_map(range(FACES), features, pictures=False)
    view = FaceMapView(small=True)
    view.resize(248, 180)
    view.set_map(made)
    for index in range(FACES):
        view._point_at(index)
        assert view.rect().toRectF().contains(view._enlarged())
    view.deleteLater()


def test_the_window_needs_no_torch_for_it() -> None:
    import subprocess

    code = "import sys, latentstudio.ui.start; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
