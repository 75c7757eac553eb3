"""The Inpaint workspace as a person uses it: paint, fill, choose, go on, and write it back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QImage,
    QInputDevice,
    QPainter,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from latentstudio.core.crop import Crop, shrunk
from latentstudio.core.mask import Mask, preset
from latentstudio.core.mask_file import write_mask
from latentstudio.core.paste import Picture
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import seed_of, with_seed
from latentstudio.core.search import Filled
from latentstudio.core.work import with_crop
from latentstudio.ui.candidates import CandidatesTab, CandidateTiles, shares
from latentstudio.ui.inpaint_desk import InpaintDesk
from latentstudio.ui.mask_overlay import MaskOverlay
from latentstudio.ui.panels.photo import small_image
from tests.ui.studio import Studio, open_studio

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LEFT = Qt.MouseButton.LeftButton
Key, Control, Shift = Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def painter(qtbot: QtBot, tmp_path: Path) -> Iterator[Studio]:
    """A window in the Inpaint workspace, with a quick search."""
    with open_studio(qtbot, tmp_path, resolution=32) as made:
        made.window.workspaces.show("inpaint")
        quick = replace(made.document.state.work.search, candidates=4, steps=30, bank=16, rate=0.2)
        made.document.edit("Quick", lambda s: replace(s, work=replace(s.work, search=quick)))
        made.window.inpaint.view.mask_canvas.setFocus()
        yield made


def desk(studio: Studio) -> InpaintDesk:
    return studio.window.inpaint


def labels(studio: Studio) -> list[str]:
    return [entry.label for entry in studio.document.entries][2:]


def at(studio: Studio, x: float, y: float) -> QPoint:
    """A place of the picture, 0 to 1, on the canvas."""
    target = desk(studio).view.mask_canvas.target()
    return QPointF(target.left() + x * target.width(), target.top() + y * target.height()).toPoint()


def drag(studio: Studio, *places: tuple[float, float]) -> None:
    canvas, left = desk(studio).view.mask_canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, pos=at(studio, *places[0]))
    for place in places[1:]:
        QTest.mouseMove(canvas, at(studio, *place))
    QTest.mouseRelease(canvas, left, pos=at(studio, *places[-1]))


def said(studio: Studio, words: str) -> bool:
    return any(words in notice for notice in studio.notices())


def mask(studio: Studio) -> Mask:
    found = studio.document.state.work.mask
    assert found is not None
    return found


def tab(studio: Studio) -> CandidatesTab:
    return desk(studio).candidates


def fill(studio: Studio) -> None:
    """Paint the middle and wait for the answers."""
    desk(studio).masks.take_preset("centre")
    studio.key(Key.Key_Return, Control)
    assert desk(studio).panel.running
    studio.qtbot.waitUntil(lambda: not desk(studio).panel.running)


def test_each_stroke_is_one_step_and_takes_the_current_face_along(painter: Studio) -> None:
    face = painter.recipe
    drag(painter, (0.4, 0.5), (0.5, 0.5), (0.6, 0.5))
    first = mask(painter)
    assert first.hole[16, 16]
    assert not first.hole[2, 2]
    assert painter.document.state.work.face == face
    drag(painter, (0.5, 0.8), (0.5, 0.9))
    assert labels(painter) == ["Stroke", "Stroke"]
    painter.key(Key.Key_Z, Control)
    assert mask(painter) == first
    assert desk(painter).view.mask_canvas.painted_mask == first
    painter.key(Key.Key_Z, Control)
    assert painter.document.state.work.mask is None


def test_tools_by_their_keys(painter: Studio) -> None:
    painter.key(Key.Key_M)
    drag(painter, (0.25, 0.25), (0.6, 0.6), (0.75, 0.75))
    assert mask(painter).share == pytest.approx(0.25, abs=0.02)
    painter.key(Key.Key_E)
    drag(painter, (0.5, 0.5), (0.5, 0.5))
    assert not mask(painter).hole[16, 16]
    painter.key(Key.Key_G)
    drag(painter, (0.5, 0.5))
    assert mask(painter).hole[16, 16]
    painter.key(Key.Key_L)
    drag(painter, (0.0, 0.9), (0.5, 0.9), (0.5, 1.0), (0.0, 1.0))
    assert mask(painter).hole[30, 4]
    painter.key(Key.Key_I, Control)
    assert not mask(painter).hole[30, 4]
    painter.key(Key.Key_D, Control)
    assert painter.document.state.work.mask is None
    assert labels(painter) == ["Rectangle", "Eraser", "Fill", "Lasso", "Invert mask", "Clear mask"]


def test_brush_by_keys_and_wheel(painter: Studio) -> None:
    canvas, brush = desk(painter).view.mask_canvas, desk(painter).brush
    size, hardness = canvas.brush_size, canvas.brush_hardness
    painter.key(Key.Key_BracketRight)
    assert canvas.brush_size > size
    painter.key(Key.Key_BracketLeft)
    painter.key(Key.Key_BracketLeft)
    assert canvas.brush_size < size
    brush.step_hardness(-1)
    assert canvas.brush_hardness == pytest.approx(hardness - 0.1)
    canvas.size_asked.emit(1)
    assert brush.size_row.value() == canvas.brush_size
    assert labels(painter) == []


def rub(studio: Studio, *places: tuple[float, float]) -> None:
    """Drag with the rubber end of a pen."""
    kinds = [QEvent.Type.TabletPress, *[QEvent.Type.TabletMove] * (len(places) - 1)]
    pen = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Eraser,
        QInputDevice.Capability.Pressure, 1, 1,
    )  # fmt: skip
    for kind, place in [*zip(kinds, places, strict=True), (QEvent.Type.TabletRelease, places[-1])]:
        spot, none = QPointF(at(studio, *place)), Qt.KeyboardModifier.NoModifier
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletMove else LEFT
        event = QTabletEvent(kind, pen, spot, spot, 1.0, 0, 0, 0, 0, 0, none, button, LEFT)
        QApplication.sendEvent(desk(studio).view.mask_canvas, event)


def test_the_rubber_end_of_a_pen_erases_with_each_tool(painter: Studio) -> None:
    corners = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
    for key, places in (
        (Key.Key_B, ((0.45, 0.5), (0.55, 0.5))),
        (Key.Key_M, (corners[0], corners[2])),
        (Key.Key_L, corners),
        (Key.Key_G, ((0.5, 0.5),)),
    ):
        desk(painter).masks.edit("All", Mask(np.full((32, 32), 255, np.uint8)))
        painter.key(key)
        rub(painter, *places)
        found = painter.document.state.work.mask
        assert found is None or not found.hole[16, 16], key
    painter.key(Key.Key_M)
    drag(painter, corners[0], corners[2])
    assert mask(painter).hole[16, 16]


def test_a_wheel_that_does_not_turn_leaves_the_brush(painter: Studio) -> None:
    canvas, none = desk(painter).view.mask_canvas, Qt.MouseButton.NoButton
    look = (canvas.brush_size, canvas.brush_hardness)
    spot = QPointF(at(painter, 0.5, 0.5))
    for held in (Shift, Qt.KeyboardModifier.AltModifier):
        for phase in (Qt.ScrollPhase.ScrollBegin, Qt.ScrollPhase.ScrollEnd):
            event = QWheelEvent(spot, spot, QPoint(), QPoint(), none, held, phase, False)
            QApplication.sendEvent(canvas, event)
    assert (canvas.brush_size, canvas.brush_hardness) == look


def test_a_name_keeps_what_stands_before_its_ending(
    painter: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there.jpg.png").write_bytes(b"mine")
    asked, names = [], ["face 1.5", "Face.PNG", "there.jpg", "there.jpg.png", "there.jpg", ""]

    def answer(_window: object, _title: str, start: str, _kinds: str) -> tuple[str, str]:
        asked.append(Path(start).name)
        name = names.pop(0)
        return (str(tmp_path / name) if name else ""), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(answer))
    found = [desk(painter).ask("Save", "mask.png") for _ in range(4)]
    assert [path and path.name for path in found] == [
        "face 1.5.png", "Face.PNG", "there.jpg.png", None,
    ]  # fmt: skip
    assert asked == ["mask.png"] * 3 + ["there.jpg.png", "mask.png", "there.jpg.png"]


def test_escape_ends_a_stroke_without_a_step(painter: Studio) -> None:
    canvas = desk(painter).view.mask_canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(painter, 0.5, 0.5))
    QTest.mouseMove(canvas, at(painter, 0.7, 0.5))
    QTest.keyClick(canvas, Key.Key_Escape)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(painter, 0.7, 0.5))
    assert painter.document.state.work.mask is None
    assert labels(painter) == []


def test_nothing_starts_without_a_hole_and_the_reason_is_said(painter: Studio) -> None:
    panel = desk(painter).panel
    painter.key(Key.Key_Return, Control)
    assert not panel.running
    assert "Paint" in panel.start_button.toolTip()
    desk(painter).masks.invert()
    painter.key(Key.Key_Return, Control)
    assert not panel.running
    assert "Everything is painted" in panel.start_button.toolTip()


def test_fill_choose_and_go_on(painter: Studio) -> None:
    fill(painter)
    answers = tab(painter).answers
    assert len(answers) == 4
    assert [a.fit for a in answers] == sorted(a.fit for a in answers)
    assert tab(painter).chosen == 0
    painter.key(Key.Key_N)
    painter.key(Key.Key_N)
    painter.key(Key.Key_N, Shift)
    assert tab(painter).chosen == 1
    steps = len(painter.document.entries)
    desk(painter).view.mask_canvas.setFocus()
    painter.key(Key.Key_Return)
    assert len(painter.document.entries) == steps + 1
    paste = painter.recipe.paste
    assert paste is not None
    frame = painter.wait_for_picture()
    seen = frame.pixels[..., 2::-1]
    assert np.array_equal(seen, answers[1].pixels)
    source = painter.document.state.work.picture
    assert source is not None
    hole = mask(painter).hole
    assert np.array_equal(seen[~hole], source.pixels[~hole])
    painter.key(Key.Key_Z, Control)
    assert painter.recipe.paste is None
    assert seed_of(painter.recipe) == 0


def test_stars_are_kept_as_one_step(painter: Studio) -> None:
    fill(painter)
    painter.control("inpaint.star").click()  # type: ignore[attr-defined]
    tab(painter).step(1)
    tab(painter).star()
    assert len(tab(painter).starred) == 2
    painter.control("inpaint.keep_starred").click()  # type: ignore[attr-defined]
    assert labels(painter)[-1] == "Keep candidates"
    assert len(painter.document.state.gallery) == 2
    tab(painter).star()
    assert len(tab(painter).starred) == 1


def test_cancelling_keeps_the_best_so_far(painter: Studio) -> None:
    panel = desk(painter).panel
    slow = replace(painter.document.state.work.search, steps=1000)
    painter.document.edit("Slow", lambda s: replace(s, work=replace(s.work, search=slow)))
    painter.generator.delay = 0.01
    desk(painter).masks.take_preset("centre")
    panel.toggle()
    painter.qtbot.waitUntil(lambda: len(tab(painter).answers) == 4)
    tab(painter).star()
    painter.control("inpaint.cancel").click()  # type: ignore[attr-defined]
    painter.qtbot.waitUntil(lambda: not panel.running)
    assert len(tab(painter).answers) == 4
    assert len(tab(painter).starred) == 1
    desk(painter).use()
    assert painter.recipe.paste is not None


def test_a_result_that_comes_too_late_waits_in_the_gallery(painter: Studio) -> None:
    desk(painter).masks.take_preset("centre")
    desk(painter).panel.start()
    desk(painter).masks.take_preset("half")
    before = painter.recipe
    painter.qtbot.waitUntil(lambda: not desk(painter).panel.running)
    assert painter.recipe == before
    assert said(painter, "The search has finished")
    (kept,) = painter.document.state.gallery
    assert kept.recipe.paste is not None
    assert kept.recipe.paste.mask == preset("centre", 32)


def test_a_photograph_is_cropped_and_gets_its_hole_back(painter: Studio, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (90, 120, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "me.png")
    desk(painter).intake.take_file(tmp_path / "me.png")
    painter.qtbot.waitUntil(lambda: painter.document.state.work.picture is not None)
    crop = Crop(0.5, 0.5, 1.5)
    painter.document.edit("Crop", lambda s: replace(s, work=with_crop(s.work, crop)))
    fill(painter)
    work, _ = desk(painter).panel.begun
    desk(painter).write_back(tmp_path / "back.png", tab(painter).answers[0], work)
    painter.qtbot.waitUntil(lambda: said(painter, "Saved back.png"))
    back, _ = read_picture(tmp_path / "back.png")
    assert back.shape == pixels.shape
    assert np.array_equal(back[:10], pixels[:10])
    assert (back[45, 60] != pixels[45, 60]).any()


def test_paste_back_keeps_what_it_can_and_says_what_it_cannot(
    painter: Studio, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 4)).astype(np.uint8)
    exif = Image.Exif()
    exif[271] = "Maker"
    more = [Image.new("RGBA", (60, 40))]
    Image.fromarray(pixels).save(
        tmp_path / "me.png", save_all=True, append_images=more, exif=exif, icc_profile=SRGB
    )
    desk(painter).intake.take_file(tmp_path / "me.png")
    painter.qtbot.waitUntil(lambda: said(painter, "me.png was simplified"))
    assert "first" in painter.window.notices.notices()[0].accessibleDescription()
    assert "white" in painter.window.notices.notices()[0].accessibleDescription()
    fill(painter)
    work, _ = desk(painter).panel.begun
    desk(painter).write_back(tmp_path / "back.png", tab(painter).answers[0], work)
    painter.qtbot.waitUntil(lambda: said(painter, "Saved back.png"))
    assert "first" in painter.window.notices.notices()[0].accessibleDescription()
    with Image.open(tmp_path / "back.png") as back:
        assert back.info["icc_profile"] == SRGB
        assert back.getexif()[271] == "Maker"
        assert np.array_equal(np.asarray(back)[:, :10], pixels[:, :10])
        assert np.asarray(back)[20, 30, 3] == 255


def test_a_large_photograph_is_made_ready_before_the_window_has_it(
    painter: Studio, tmp_path: Path
) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (600, 900, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "large.png")
    desk(painter).intake.take_file(tmp_path / "large.png")
    painter.qtbot.waitUntil(lambda: painter.document.state.work.picture is not None)
    photo = painter.document.state.work.picture
    assert photo is not None
    before = shrunk.cache_info().misses
    painter.document.edit("Crop", lambda s: replace(s, work=with_crop(s.work, Crop(0.4, 0.5))))
    assert shrunk.cache_info().misses == before
    small = small_image(photo)
    assert (small.width(), small.height()) == (260, 173)
    assert abs(small.scaled(1, 1).pixelColor(0, 0).red() - 128) < 40


def test_a_saved_picture_leaves_the_photo_out_unless_told(painter: Studio, tmp_path: Path) -> None:
    photo = Picture(np.full((32, 32, 3), 7, np.uint8), "me.jpg")
    desk(painter).photos.take(photo)
    fill(painter)
    desk(painter).use()
    painter.wait_for_picture()
    for name, told in (("out", False), ("in", True)):
        if told:
            painter.window.actions_by_name["include_photo"].trigger()
        painter.window.files.save_picture(tmp_path / f"{name}.png")
        painter.qtbot.waitUntil(lambda name=name: said(painter, f"Saved {name}.png"))
        _, note = read_picture(tmp_path / f"{name}.png")
        assert note is not None
        assert note.recipe.paste is not None
        assert note.recipe.paste.missing is not told
    painter.document.undo()
    painter.window.files.open_path(tmp_path / "out.png")
    painter.qtbot.waitUntil(lambda: said(painter, "The photo is missing"))
    painter.control("inpaint.whole_face").click()  # type: ignore[attr-defined]
    assert painter.recipe.paste is None


def test_masks_from_and_to_files(painter: Studio, tmp_path: Path) -> None:
    write_mask(tmp_path / "large.png", preset("left half", 64))
    desk(painter).take_mask(tmp_path / "large.png")
    painter.qtbot.waitUntil(lambda: painter.document.state.work.mask is not None)
    assert mask(painter) == preset("left half", 32)
    painter.qtbot.waitUntil(lambda: said(painter, "large.png was scaled"))


def test_a_mask_of_the_photograph_is_cropped_with_it(painter: Studio, tmp_path: Path) -> None:
    desk(painter).photos.take(Picture(np.zeros((40, 80, 3), np.uint8), "me.png"))
    painter.document.edit(
        "Crop", lambda s: replace(s, work=with_crop(s.work, Crop(0.25, 0.5, 1.0)))
    )
    levels = np.zeros((40, 80), np.uint8)
    levels[:, :20] = 255
    Image.fromarray(levels).save(tmp_path / "hole.png")
    desk(painter).take_mask(tmp_path / "hole.png")
    painter.qtbot.waitUntil(lambda: said(painter, "hole.png was cropped as the picture is"))
    assert mask(painter) == preset("left half", 32)


def test_a_kept_face_is_drawn_and_then_repaired(painter: Studio) -> None:
    kept = with_seed(painter.recipe, 7)
    desk(painter).photos.face_dropped.emit(kept)
    painter.qtbot.waitUntil(lambda: painter.document.state.work.face == kept)
    frame = painter.wait_for_picture()
    picture = painter.document.state.work.picture
    assert picture is not None
    assert np.array_equal(picture.pixels, frame.pixels[..., 2::-1])


def test_what_is_no_picture_is_said(painter: Studio, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")
    desk(painter).intake.take_file(tmp_path / "text.png")
    painter.qtbot.waitUntil(lambda: said(painter, "Could not read text.png"))
    assert painter.document.state.work.picture is None


def test_the_clipboard_and_views(painter: Studio) -> None:
    image = QImage(40, 50, QImage.Format.Format_RGB32)
    image.fill(0xFF204060)
    QApplication.clipboard().setImage(image)
    painter.key(Key.Key_V, Control)
    painter.qtbot.waitUntil(lambda: painter.document.state.work.picture is not None)
    picture = painter.document.state.work.picture
    assert picture is not None
    assert picture.size == (40, 50)
    assert picture.pixels[0, 0].tolist() == [0x20, 0x40, 0x60]
    view = desk(painter).view
    desk(painter).modes.chosen.emit(2)
    assert not view.left.isVisible()
    painter.key(Key.Key_2, Control)
    assert painter.window.views.currentWidget() is painter.window.canvas
    painter.key(Key.Key_3, Control)
    assert painter.window.views.currentWidget() is view
    assert view.mode == 2


def test_an_empty_clipboard_is_said(painter: Studio) -> None:
    QApplication.clipboard().clear()
    painter.key(Key.Key_V, Control)
    assert said(painter, "There is no picture to paste")
    assert painter.document.state.work.picture is None


def test_keys_of_the_workspace_are_asleep_elsewhere(painter: Studio) -> None:
    action = painter.window.actions_by_name
    assert action["tool_brush"].isEnabled()
    assert not action["use_candidate"].isEnabled()
    painter.window.workspaces.show("explore")
    assert not action["tool_brush"].isEnabled()


def test_the_overlay_draws_parts_as_it_draws_the_whole() -> None:
    levels = preset("strokes", 64, 0.3, seed=4).levels
    painted = []
    for parts in (False, True):
        overlay, image = MaskOverlay(), QImage(300, 300, QImage.Format.Format_ARGB32)
        image.fill(0)
        target = image.rect().adjusted(10, 10, -34, -34).toRectF()
        brush = QPainter(image)
        before = np.zeros_like(levels) if parts else levels
        overlay.set_levels(before)
        overlay.paint(brush, image.rect(), target, 1.0)
        if parts:
            image.fill(0)
            for i in range(0, 64, 16):
                overlay.set_levels(levels, (slice(i, i + 16), slice(0, 64)))
            overlay.paint(brush, image.rect(), target, 1.0)
        brush.end()
        painted.append(bytes(image.constBits()))
    assert painted[0] == painted[1]
    assert any(painted[0])


def test_bars_say_how_good_an_answer_is(painter: Studio) -> None:
    fill(painter)
    best, worst = tab(painter).answers[0], tab(painter).answers[-1]
    known = [shares(found, "logit")[0] for found in (best, worst)]
    assert known == sorted(known, key=lambda share: -1 if share is None else -share)
    for critic in ("logit", "hinge", None):
        assert all(share is not None and 0 <= share <= 1 for share in shares(best, critic))
    unjudged = Filled(best.pixels, best.pixels, best.latent, 0.1, float("nan"))
    assert shares(unjudged, "logit")[1] is None


@pytest.mark.parametrize(("count", "rows"), [(4, [4]), (15, [8, 7]), (16, [8, 8])])
def test_candidates_stand_in_one_row_or_two_of_the_same_number(
    qtbot: QtBot, count: int, rows: list[int]
) -> None:
    faces = CandidateTiles()
    qtbot.addWidget(faces)
    faces.resize(845, 214)
    faces.show_bars([(None, None)] * count)
    faces.set_count(count)
    with qtbot.waitExposed(faces):
        faces.show()
    tops = [faces.visualRect(faces.model().index(i, 0)).top() for i in range(count)]
    assert [tops.count(top) for top in sorted(set(tops))] == rows
    assert 64 <= faces.edge() <= 92
    assert faces.verticalScrollBar().maximum() == 0
