"""The Mix workspace as a person uses it: sources, bands, layers, corners, A to B, the grid."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from latentstudio.core import mixing
from latentstudio.core.gallery import with_kept
from latentstudio.core.recipe import Seed, Vector, with_psi, with_seed
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.core.sources import Source, latents_of
from latentstudio.ui.controls import CrossGrid, ShareTable, SliderRow, SourceCard
from latentstudio.ui.face_mime import mime_of
from latentstudio.ui.mixing_grid import MixingGridTab
from latentstudio.ui.panels.corners import CornersPanel
from latentstudio.ui.panels.sources import SourcesPanel
from latentstudio.ui.panels.styles import StylesPanel
from tests.ui.studio import Studio, make_studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
LAYERS = 12
A, B, C, D = (Seed(n) for n in (48, 6, 11, 25))


@pytest.fixture
def mixer(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """The Mix workspace of a model with twelve style layers, A and B filled by keys."""
    made = make_studio(qtbot, tmp_path, layers=LAYERS, resolution=128)
    for latent, key in ((A, Key.Key_A), (B, Key.Key_B)):
        made.document.edit_recipe("Seed", lambda r, s=latent: with_seed(r, s.value))
        made.key(key, Shift, to=made.window.canvas)
    made.window.workspaces.show("mix")
    yield made
    made.window.close()
    made.window.deleteLater()


def steps(studio: Studio) -> int:
    return len(studio.document.entries)


def table(studio: Studio) -> mixing.Table:
    latents = latents_of((*studio.document.state.sources, None, None, None, None)[:4])
    return mixing.shares(studio.recipe, latents, LAYERS)


def slide(studio: Studio, name: str, *values: float) -> None:
    row = studio.control(name)
    assert isinstance(row, SliderRow)
    for value in values:
        row.moved.emit(value)
    row.committed.emit(values[-1])


def fill_four(studio: Studio) -> None:
    panel = studio.window.panel("sources")
    assert isinstance(panel, SourcesPanel)
    panel.put_seed(2, C.value)
    panel.put_seed(3, D.value)


# --- sources --------------------------------------------------------------------------------------


def test_keys_make_the_face_on_show_a_source_and_leave_the_picture(mixer: Studio) -> None:
    assert latents_of(mixer.document.state.sources) == (A, B)
    assert mixer.recipe.anchors[0].latent == B
    mixer.window.canvas.setFocus()
    mixer.key(Key.Key_X)
    assert latents_of(mixer.document.state.sources) == (B, A)
    assert mixer.recipe.anchors[0].latent == A  # it was all of B, and B is another face now
    mixer.document.undo()
    assert latents_of(mixer.document.state.sources) == (A, B)


def test_a_blend_becomes_a_source_that_looks_the_same(mixer: Studio) -> None:
    mixer.document.edit_recipe("Truncation", lambda r: with_psi(r, 0.6))
    slide(mixer, "interpolate.position", 0.4)
    before = mixer.wait_for_picture()
    count = steps(mixer)
    mixer.window.canvas.setFocus()
    mixer.key(Key.Key_C, Shift)
    mixer.qtbot.waitUntil(lambda: len(mixer.document.state.sources) == 3)
    source = mixer.document.state.sources[2]
    assert source is not None
    assert isinstance(source.latent, Vector)
    assert source.title == "Between 48 and 6"
    assert steps(mixer) == count + 1
    after = mixer.wait_for_picture()
    assert np.abs(after.pixels.astype(int) - before.pixels).max() <= 1


def test_a_menu_that_is_opened_again_leaves_nothing_of_before(mixer: Studio) -> None:
    card = mixer.control("sources.a")
    assert isinstance(card, SourceCard)
    for _ in range(3):
        card.menu.aboutToShow.emit()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert len(card.menu.findChildren(QMenu)) == 1


def test_locked_sources_stay_when_others_are_replaced(mixer: Studio) -> None:
    mixer.control("sources.a.lock").click()  # type: ignore[attr-defined]
    assert mixer.document.state.sources[0] == Source(A, locked=True)
    mixer.control("sources.random").click()  # type: ignore[attr-defined]
    a, b = latents_of(mixer.document.state.sources)
    assert a == A
    assert b != B
    swap = mixer.control("sources.swap")
    assert not swap.isEnabled()
    assert "locked" in swap.toolTip()
    mixer.key(Key.Key_A, Shift, to=mixer.window.canvas)
    assert mixer.document.state.sources[0] == Source(A, locked=True)


def test_a_card_takes_a_dropped_face(mixer: Studio) -> None:
    card = mixer.control("sources.c")
    assert isinstance(card, SourceCard)
    assert card.is_empty()
    face = with_seed(mixer.recipe, C.value)
    mime = mime_of([face])
    event = QDropEvent(
        QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    card.dropEvent(event)
    assert latents_of(mixer.document.state.sources) == (A, B, C)
    assert not card.is_empty()
    other = replace(face, model=replace(face.model, model_id="another"))
    card.dropped.emit(other)
    assert latents_of(mixer.document.state.sources) == (A, B, C)


def test_a_card_offers_what_it_could_be(mixer: Studio) -> None:
    kept = with_seed(mixer.recipe, D.value)
    mixer.document.edit("Keep", lambda s: replace(s, gallery=with_kept(s.gallery, kept)))
    card = mixer.control("sources.b")
    assert isinstance(card, SourceCard)
    card.menu.aboutToShow.emit()
    words = [action.text().split("\t")[0] for action in card.menu.actions()]
    assert words == [
        "Random face", "Seed number...", "The face on show", "From the gallery", "", "Take B out",
    ]  # fmt: skip
    gallery = card.menu.actions()[3].menu()
    gallery.actions()[0].trigger()  # type: ignore[attr-defined]
    assert latents_of(mixer.document.state.sources) == (A, D)
    card.ask_seed(6)
    card.seed.committed.emit(77)
    assert latents_of(mixer.document.state.sources) == (A, Seed(77))
    card.menu.actions()[-1].trigger()
    assert latents_of(mixer.document.state.sources) == (A,)
    assert mixer.recipe.anchors[0].latent == A


def test_add_and_copy_and_alone(mixer: Studio) -> None:
    mixer.control("sources.add").click()  # type: ignore[attr-defined]
    assert len(mixer.document.state.sources) == 3
    mixer.control("sources.copy").click()  # type: ignore[attr-defined]
    assert latents_of(mixer.document.state.sources)[:2] == (A, A)
    mixer.control("sources.c.face").click()  # type: ignore[attr-defined]
    assert [a.latent for a in mixer.recipe.anchors] == [latents_of(mixer.document.state.sources)[2]]


def test_sources_survive_another_face_and_a_session(mixer: Studio) -> None:
    slide(mixer, "styles.middle", 80)
    mixer.key(Key.Key_Space, to=mixer.window.canvas)
    assert latents_of(mixer.document.state.sources) == (A, B)
    assert not mixing.is_mix(table(mixer))
    found = parse_session(session_bytes(Session.of(mixer.document)))
    assert found.history[-1][1] == mixer.document.state
    mixer.document.undo()
    assert mixing.is_mix(table(mixer))


# --- handles --------------------------------------------------------------------------------------


def test_a_band_is_dragged_in_one_step(mixer: Studio) -> None:
    before = steps(mixer)
    slide(mixer, "styles.coarse", 90, 60, 20)
    assert steps(mixer) == before + 1
    assert table(mixer)[1, :4] == pytest.approx(0.2)
    assert table(mixer)[1, 4:] == pytest.approx(1.0)
    frame = mixer.wait_for_picture()
    assert frame.recipe.mixed
    mixer.document.undo()
    assert not mixer.recipe.mixed


def test_handles_that_no_longer_fit_say_that_it_varies(mixer: Studio) -> None:
    slide(mixer, "styles.coarse", 20)
    position = mixer.control("interpolate.position")
    coarse = mixer.control("styles.coarse")
    assert isinstance(position, SliderRow)
    assert isinstance(coarse, SliderRow)
    assert position.track.mixed
    assert not coarse.track.mixed
    cells = mixer.control("layers.table")
    assert isinstance(cells, ShareTable)
    cells.moved.emit(1, 0, 0.9)
    assert coarse.track.mixed
    assert not mixer.control("styles.middle").track.mixed  # type: ignore[attr-defined]
    slide(mixer, "interpolate.position", 0.5)
    assert not position.track.mixed
    assert not coarse.track.mixed
    assert coarse.value() == pytest.approx(50)


def test_another_face_at_the_end_of_a_band_takes_its_share(mixer: Studio) -> None:
    fill_four(mixer)
    slide(mixer, "styles.fine", 30)
    panel = mixer.window.panel("styles")
    assert isinstance(panel, StylesPanel)
    panel.choose("fine", 0, 3)
    assert table(mixer)[:, 9] == pytest.approx([0, 0.3, 0, 0.7])
    panel.choose("fine", 0, 1)  # the other end's face: they change places
    assert panel._pairs["fine"] == (1, 3)
    assert mixer.control("styles.fine").value() == pytest.approx(70)  # type: ignore[attr-defined]


def test_cells_are_dragged_clicked_and_reached_by_keys(mixer: Studio) -> None:
    slide(mixer, "interpolate.position", 0.0)
    mixer.document.end_gesture()
    cells = mixer.control("layers.table")
    assert isinstance(cells, ShareTable)
    mixer.window.rails[1].ensureWidgetVisible(cells)
    start = cells.box(1, 2).center().toPoint()
    before = steps(mixer)
    QTest.mousePress(cells, Qt.MouseButton.LeftButton, pos=start)
    for up in range(10, 46, 5):
        QTest.mouseMove(cells, start - QPoint(0, up))
    QTest.mouseRelease(cells, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 45))
    assert table(mixer)[:2, 2] == pytest.approx([0.5, 0.5], abs=0.06)
    assert steps(mixer) == before + 1
    QTest.mouseClick(cells, Qt.MouseButton.LeftButton, pos=cells.box(1, 5).center().toPoint())
    assert table(mixer)[1, 5] == 1.0
    cells.setFocus()
    QTest.keyClick(cells, Key.Key_Right)
    QTest.keyClick(cells, Key.Key_PageUp)
    assert cells.cell() == (1, 6)
    assert table(mixer)[1, 6] == pytest.approx(0.1)
    assert "layer 7 of 12" in cells.accessibleDescription()
    QTest.keyClick(cells, Key.Key_End)
    assert table(mixer)[1, 6] == 1.0
    assert steps(mixer) == before + 4


def test_four_corners_blend_all_and_offer_faces_for_empty_ones(mixer: Studio) -> None:
    panel = mixer.window.panel("corners")
    assert isinstance(panel, CornersPanel)
    assert not panel._pad.isVisible()
    panel._line.activated.emit()
    assert None not in mixer.document.state.sources
    assert len(mixer.document.state.sources) == 4
    assert panel._pad.isVisible()
    before = steps(mixer)
    for place in ((0.1, 0.2), (0.25, 0.5)):
        panel._pad.moved.emit(*place)
    panel._pad.committed.emit(0.25, 0.5)
    assert steps(mixer) == before + 1
    assert table(mixer)[:, 0] == pytest.approx([0.375, 0.125, 0.375, 0.125])
    assert panel._shares.words() == "A 38 %, B 12 %, C 38 %, D 12 %"
    mixer.qtbot.waitUntil(lambda: all(face.image for face in panel._pad._faces))
    slide(mixer, "styles.fine", 100)
    assert panel._pad._mixed
    assert panel._line.text() == "Varies by layer; drag to even it out"


def test_shares_of_three_and_more(mixer: Studio) -> None:
    fill_four(mixer)
    QTest.mouseClick(mixer.control("interpolate.shares"), Qt.MouseButton.LeftButton)
    assert mixer.control("interpolate.c.weight").isVisible()
    slide(mixer, "interpolate.position", 0.5)
    slide(mixer, "interpolate.c.weight", 0.6)
    assert table(mixer)[:, 0] == pytest.approx([0.2, 0.2, 0.6, 0])


def test_a_share_that_is_typed_while_its_source_goes_is_forgotten(mixer: Studio) -> None:
    fill_four(mixer)
    panel = mixer.window.panel("sources")
    assert isinstance(panel, SourcesPanel)
    panel.put_seed(4, 77)
    QTest.mouseClick(mixer.control("interpolate.shares"), Qt.MouseButton.LeftButton)
    share = mixer.control("interpolate.e.weight")
    assert isinstance(share, SliderRow)
    share.field.begin()
    QTest.keyClicks(share.field, "0.4")
    mixer.document.undo()
    assert not share.isVisible()
    assert mixer.document.can_redo
    assert len(mixer.document.state.sources) == 4


def test_a_model_of_one_style_layer_says_why_it_cannot_be_mixed(
    qtbot: QtBot, tmp_path: Path
) -> None:
    made = make_studio(qtbot, tmp_path)
    made.window.workspaces.show("mix")
    for key in ("styles", "layers"):
        assert "one style layer" in made.window.panel(key).reason()
    panel = made.window.panel("sources")
    assert isinstance(panel, SourcesPanel)
    panel.put_seed(1, B.value)
    slide(made, "interpolate.position", 0.3)
    assert [a.weight for a in made.recipe.anchors] == pytest.approx([0.7, 0.3])
    assert made.window.strip.tabs.current() == "grid"
    assert not made.control("grid.cells").isVisible()
    made.window.close()
    made.window.deleteLater()


# --- the mixing grid ------------------------------------------------------------------------------


def grid_of(studio: Studio) -> tuple[MixingGridTab, CrossGrid]:
    studio.window.strip.choose("grid")
    QApplication.processEvents()
    tab = studio.window.strip.tab("grid")
    assert isinstance(tab, MixingGridTab)
    tab.fill()
    return tab, tab.grid


def test_cells_cross_rows_with_the_bands_of_columns(mixer: Studio) -> None:
    tab, grid = grid_of(mixer)
    options = tab.options()
    assert options is not None
    assert options["rows"][0] == A
    assert options["columns"][0] == B
    assert options["chosen"] == tuple(range(4, 12))
    mixer.qtbot.waitUntil(lambda: len(grid.images()) == len(grid.places()), timeout=9000)
    before = steps(mixer)
    grid.picked.emit(0, 0)
    assert steps(mixer) == before + 1
    assert table(mixer)[1].tolist() == [0.0] * 4 + [1.0] * 8
    assert grid._current == (0, 0)


def test_taking_a_cell_makes_its_faces_a_and_b_and_keeps_the_grid(mixer: Studio) -> None:
    tab, grid = grid_of(mixer)
    before = tab.options()
    assert before is not None
    grid.setFocus()
    for key in (Key.Key_Down, Key.Key_Right, Key.Key_Return):
        QTest.keyClick(grid, key)
    assert latents_of(mixer.document.state.sources) == (before["rows"][1], before["columns"][1])
    assert mixing.is_mix(table(mixer))
    tab.fill()
    after = tab.options()
    assert after is not None
    assert (after["rows"], after["columns"]) == (before["rows"], before["columns"])
    assert grid._current == (1, 1)


def test_a_face_of_a_cell_becomes_a_or_b_even_where_it_is_another_source(mixer: Studio) -> None:
    fill_four(mixer)
    plain = with_seed(mixer.recipe, C.value)
    mixer.document.edit("Keep", lambda s: replace(s, gallery=with_kept(s.gallery, plain)))
    tab, grid = grid_of(mixer)
    tab.gallery.click()
    options = tab.options()
    assert options is not None
    assert options["columns"] == [C]
    grid.picked.emit(0, 0)
    assert latents_of(mixer.document.state.sources) == (A, C, C, D)
    assert table(mixer)[:2].sum() == LAYERS


def test_a_range_of_layers_and_columns_from_the_gallery(mixer: Studio) -> None:
    face = with_psi(with_seed(mixer.recipe, D.value), 0.5)
    plain = with_seed(mixer.recipe, C.value)
    for kept in (plain, face):
        mixer.document.edit("Keep", lambda s, k=kept: replace(s, gallery=with_kept(s.gallery, k)))
    tab, _grid = grid_of(mixer)
    for index in (1, 2, 3):
        segment = tab.bands.segments[index]
        segment.click()
    tab.range.set_range(2, 3)
    tab.range.committed.emit(2, 3)
    assert tab.chosen() == (2, 3)
    tab.gallery.click()
    mixer.qtbot.waitUntil(lambda: tab._job is None and len(tab._columns) == 2)
    options = tab.options()
    assert options is not None
    assert isinstance(options["columns"][0], Vector)
    assert options["columns"][1] == C


def test_the_grid_is_written_as_one_picture(
    mixer: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tab, _grid = grid_of(mixer)
    out = tmp_path / "grid.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(out), ""))
    mixer.control("grid.export").click()  # type: ignore[attr-defined]
    mixer.control("export.captions").click()  # type: ignore[attr-defined]
    mixer.control("export.save").click()  # type: ignore[attr-defined]
    mixer.qtbot.waitUntil(out.exists, timeout=9000)
    options = tab.options()
    assert options is not None
    with Image.open(out) as picture:
        wide, high = picture.size
    assert wide == (len(options["columns"]) + 1) * 130 + 2
    assert high == (len(options["rows"]) + 1) * 130 + 2


def test_a_and_b_stand_beside_the_picture_while_there_is_room(mixer: Studio) -> None:
    slide(mixer, "styles.middle", 0)
    mixer.wait_for_picture()
    sides = mixer.window.sides
    mixer.qtbot.waitUntil(lambda: all(face.isVisible() for face in sides._faces))
    a, b = sides._faces
    target = mixer.window.canvas.target()
    assert a.geometry().right() < target.left()
    assert b.geometry().left() > target.right()
    assert a.accessibleDescription() == "Seed 48: middle"
    assert b.accessibleDescription() == "Seed 6: coarse and fine"
    mixer.window.workspaces.show("explore")
    assert not a.isVisible()


def test_history_fills_a_tall_strip(mixer: Studio) -> None:
    for seed in range(20):
        mixer.document.edit_recipe("Seed", lambda r, s=seed: with_seed(r, s))
    mixer.window.strip.choose("history")
    QApplication.processEvents()
    faces = mixer.control("strip.history")
    assert faces.isWrapping()  # type: ignore[attr-defined]
    mixer.window.workspaces.show("explore")
    mixer.window.strip.choose("history")
    QApplication.processEvents()
    assert not faces.isWrapping()  # type: ignore[attr-defined]
