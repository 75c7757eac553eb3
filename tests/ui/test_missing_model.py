"""A missing model: its session opens whole, names it, offers the ways on, and loses nothing."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog

from latentstudio.core import bundle
from latentstudio.core.document import State
from latentstudio.core.gallery import Kept
from latentstudio.core.picture import png_bytes
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Move,
    Recipe,
    Vector,
    seed_of,
    with_psi,
    with_seed,
)
from latentstudio.core.session import Session, load_session, save_session
from latentstudio.ui.gallery import GalleryTab
from latentstudio.ui.notices import Notice
from tests.fakes import FakeGenerator, fake_info
from tests.models.examples import write_example
from tests.ui.studio import Studio

LOST = ModelRef("lost", "0" * 64)
RED = png_bytes(np.full((48, 48, 3), (200, 30, 30), np.uint8))
BLUE = png_bytes(np.full((48, 48, 3), (30, 30, 200), np.uint8))


def lost_session(model: ModelRef = LOST) -> Session:
    """Two steps, a kept face, vectors and moves: what another model could not take over."""
    vector = Vector("w", np.full(16, 0.5, np.float32))
    plain = with_seed(Recipe(model=model), 9)
    moved = Recipe(model, (Anchor(vector),), moves=(Move("smile", vector, 2.0),))
    kept = (Kept(plain, starred=True, note="mine"),)
    steps = ("Start", State(plain)), ("Smile", State(moved, gallery=kept))
    return Session(steps, 1, RED, ((plain, BLUE),))


def open_lost(studio: Studio, session: Session) -> Notice:
    path = studio.folder / "lost.latent"
    save_session(path, session)
    studio.window.files.open_path(path)
    name = session.model.name
    studio.qtbot.waitUntil(lambda: any(f"needs {name}" in title for title in studio.notices()))
    return studio.window.notices.notices()[0]


def test_it_opens_whole_with_its_small_picture_and_the_model_named(studio: Studio) -> None:
    session = lost_session()
    notice = open_lost(studio, session)
    window = studio.window
    assert [(e.label, e.state) for e in studio.document.entries] == list(session.history)
    assert studio.document.index == 1
    assert window.windowTitle().startswith("lost - ")
    assert window.header.title.text() == "A vector"
    assert "0" * 12 in notice.detail
    assert [button.text() for button in notice.buttons] == ["Find...", "Use another..."]
    image = window.canvas.image
    assert image is not None
    assert image.pixelColor(5, 5) == QColor(200, 30, 30)
    tab = window.strip.tab("gallery")
    assert isinstance(tab, GalleryTab)
    tab.fill()
    studio.qtbot.waitUntil(lambda: tab.faces.faces[0].image is not None)
    kept = tab.faces.faces[0].image
    assert kept is not None
    assert kept.pixelColor(5, 5) == QColor(30, 30, 200)
    assert not window.panel("truncation").is_open()
    assert window.panel("truncation").header.summary == "needs lost"
    for name, on in (("random", False), ("save_picture", False), ("save_session", True)):
        assert window.actions_by_name[name].isEnabled() == on, name


def test_saving_it_again_loses_nothing(studio: Studio) -> None:
    session = lost_session()
    open_lost(studio, session)
    again = studio.folder / "again.latent"
    studio.window.files.save_session(again)
    studio.qtbot.waitUntil(again.exists)
    saved = load_session(again)
    assert (saved.history, saved.index) == (session.history, session.index)
    ((recipe, png),) = saved.faces
    assert recipe == session.faces[0][0]
    assert QImage.fromData(png).pixelColor(5, 5) == QColor(30, 30, 200)
    assert QImage.fromData(saved.thumbnail or b"").pixelColor(5, 5) == QColor(200, 30, 30)


def test_another_model_is_one_step_that_undo_takes_back(studio: Studio) -> None:
    session = lost_session()
    open_lost(studio, session)
    studio.window.files.open_model("other")
    studio.qtbot.waitUntil(lambda: studio.recipe.model.name == "other")
    studio.wait_for_picture()
    assert not any("needs lost" in title for title in studio.notices())
    assert studio.window.panel("truncation").header.summary == "1.00"
    assert studio.window.actions_by_name["random"].isEnabled()
    studio.document.undo()
    assert studio.document.state == session.state
    assert any("needs lost" in title for title in studio.notices())
    studio.document.undo()
    assert seed_of(studio.recipe) == 9


def test_the_file_of_the_model_is_found_and_no_other_is_taken(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted, wrong = studio.folder / "wanted.safetensors", studio.folder / "wrong.safetensors"
    write_example(wanted, "stylegan")
    write_example(wrong, "dcgan")
    model = ModelRef("lost", bundle.read_card(wanted).model_id)
    info = fake_info(name="lost", layers=1, resolution=64)
    object.__setattr__(info, "model_id", model.model_id)
    studio.generators[str(wanted)] = FakeGenerator(info)
    session = lost_session(model)
    notice = open_lost(studio, session)
    for path in (wrong, wanted):
        ask = staticmethod(lambda *_, path=path: (str(path), ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", ask)
        notice.buttons[0].click()
        if path == wrong:
            studio.qtbot.waitUntil(lambda: any("wrong" in t for t in studio.notices()))
    studio.wait_for_picture()
    assert studio.document.state == session.state
    assert len(studio.document.entries) == 2
    assert not any("needs lost" in title for title in studio.notices())


def test_a_model_that_does_not_open_restores_nothing_later(studio: Studio) -> None:
    """What was waiting for it must not come when another model is opened by and by."""
    studio.window.bridge.know("gone-id", "gone")
    session = lost_session(ModelRef("gone", "gone-id"))
    open_lost(studio, session)
    studio.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.4))
    studio.window.files.open_model("other")
    studio.wait_for_picture()
    labels = [entry.label for entry in studio.document.entries]
    assert labels == ["Start", "Smile", "Truncation", "Open other"]


def test_a_kept_face_of_a_missing_model_says_so_too(studio: Studio) -> None:
    before = studio.recipe
    other = with_seed(Recipe(model=LOST), 4)
    studio.document.edit_recipe("Kept face", lambda _r: other)
    assert any("needs lost" in title for title in studio.notices())
    studio.document.undo()
    assert studio.recipe == before
    assert studio.window.canvas.isVisible()
    assert not any("needs lost" in title for title in studio.notices())
    assert studio.window.actions_by_name["random"].isEnabled()
