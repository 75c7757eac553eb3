"""Demo mode as visitors and operators meet it."""

import errno
import os
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.attract import LEG_S, REST_S, WAY_S
from latentstudio.core.demo import DemoPlan, read_plan
from latentstudio.core.direction import reading
from latentstudio.core.errors import StudioError
from latentstudio.core.picture import read_picture
from latentstudio.core.recipe import Recipe, seed_of, with_seed
from latentstudio.core.wall import save_wall
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.demo import awake as awake_module
from latentstudio.ui.demo import sheet
from latentstudio.ui.demo.awake import Awake
from latentstudio.ui.demo.big_slider import REACH
from latentstudio.ui.demo.demo_desk import DemoDesk
from latentstudio.ui.demo.places import TOUCH, places
from latentstudio.ui.demo.stand import Stand
from tests.ui.directions import MODEL
from tests.ui.stands import FIRST_SEED, FOUR, Visit, make_visit
from tests.ui.studio import Studio

Key = Qt.Key


@pytest.fixture
def visit(qtbot: QtBot, tmp_path: Path) -> Iterator[Visit]:
    made = make_visit(qtbot, tmp_path)
    yield made
    made.stand.leave()


def leave(visit: Visit) -> None:
    visit.stand.leave()
    visit.stand.deleteLater()


def readings(visit: Visit) -> list[float]:
    """What the picture on show says, not what the sliders do."""
    frame = visit.stand.bridge.frame
    assert frame is not None
    assert frame.styles is not None
    return [reading(d, frame.styles) for d in FOUR]


# --- the visitor ---------------------------------------------------------------------------------


def test_a_slider_moves_the_face_and_leaves_the_others_alone(visit: Visit) -> None:
    before = readings(visit)
    visit.drag(visit.sliders[0], (0.7, 0.6), (0.4, 0.6))
    visit.wait_for_picture()
    after = readings(visit)
    assert after[0] == pytest.approx(visit.sliders[0].number(), abs=0.02)
    assert abs(after[0] - before[0]) > 0.3
    assert after[1:] == pytest.approx(before[1:], abs=0.01)
    assert [s.number() for s in visit.sliders[1:]] == pytest.approx(after[1:], abs=0.02)


def test_a_touch_on_the_face_at_an_end_goes_there(visit: Visit) -> None:
    visit.press(visit.sliders[1], 0.01)
    visit.wait_for_picture()
    assert readings(visit)[1] == pytest.approx(-REACH, abs=0.01)
    visit.press(visit.sliders[1], 0.99)
    visit.wait_for_picture()
    assert readings(visit)[1] == pytest.approx(REACH, abs=0.01)


def test_faces_come_to_the_ends(visit: Visit) -> None:
    ends = [face for slider in visit.sliders for face in slider._ends]
    visit.qtbot.waitUntil(lambda: all(face.image is not None for face in ends))


def test_fingers_work_without_a_mouse(visit: Visit) -> None:
    device = QTest.createTouchDevice()
    slider, picture = visit.sliders[2], visit.stand.screen.picture
    middle = slider.rect().center()
    event = QTest.touchEvent(slider.window().windowHandle(), device)
    window = visit.stand.screen
    there = slider.mapTo(window, middle + QPoint(100, 0))
    event.press(0, slider.mapTo(window, middle)).commit()
    event.move(0, there).commit()
    event.release(0, there).commit()
    visit.wait_for_picture()
    assert [move.name for move in visit.recipe.moves] == ["Hair length"]
    start = picture.mapTo(window, picture.rect().center())
    event.press(0, start).commit()
    event.move(0, start + QPoint(150, 0)).commit()
    event.release(0, start + QPoint(150, 0)).commit()
    assert len(visit.recipe.anchors) > 1
    assert not picture.is_held


def test_a_drag_walks_and_keeps_the_smile(visit: Visit) -> None:
    visit.press(visit.sliders[0], 0.8)
    moves = visit.recipe.moves
    visit.drag(visit.stand.screen.picture, (0.5, 0.5), (0.3, 0.5))
    assert len(visit.recipe.anchors) > 1
    assert visit.recipe.moves == moves
    visit.wait_for_picture()
    assert len(visit.stand.document.entries) == 1, "a day of steps would fill the memory"


def test_a_new_face_is_as_it_is(visit: Visit) -> None:
    visit.press(visit.sliders[0], 0.8)
    visit.press(visit.stand.screen.new)
    assert visit.recipe == with_seed(visit.stand.start_state, FIRST_SEED)
    visit.wait_for_picture()


def test_everything_works_by_keyboard(visit: Visit) -> None:
    screen = visit.stand.screen
    screen.activateWindow()
    for widget, key in (
        (screen.new, Key.Key_Space),
        (screen.keep, Key.Key_Return),
        (visit.sliders[0], Key.Key_Right),
        (screen.picture, Key.Key_Up),
    ):
        before = (visit.recipe, visit.stand.keeper.faces(MODEL))
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(widget, key)
        assert (visit.recipe, visit.stand.keeper.faces(MODEL)) != before, widget.objectName()
        visit.wait_for_picture()
    QTest.keyClick(screen.wall, Key.Key_Return)
    assert seed_of(visit.recipe) == FIRST_SEED


def test_a_face_of_the_wall_can_be_gone_on_from(visit: Visit) -> None:
    visit.press(visit.stand.screen.new)
    kept = visit.recipe
    visit.press(visit.stand.screen.keep)
    visit.press(visit.stand.screen.new)
    box = visit.stand.screen.wall.box(0)
    QTest.mouseClick(visit.stand.screen.wall, Qt.MouseButton.LeftButton, pos=box.center().toPoint())
    assert visit.recipe == kept


# --- keeping -------------------------------------------------------------------------------------


def test_a_kept_face_goes_home_with_its_recipe_and_a_sheet(qtbot: QtBot, tmp_path: Path) -> None:
    plan = DemoPlan("fake", folder=str(tmp_path / "kept"), sheet="pdf", idle=3600)
    visit = make_visit(qtbot, tmp_path, plan)
    visit.press(visit.stand.screen.new)
    visit.press(visit.stand.screen.keep)
    assert visit.stand.screen.keep.text() == "It is on the wall"
    qtbot.waitUntil(lambda: len(list((tmp_path / "kept").glob("face-*.pdf"))) == 1)
    (picture,) = (tmp_path / "kept").glob("face-2026-11-24-*.png")
    pixels, note = read_picture(picture)
    assert pixels.shape == (64, 64, 3)
    assert note is not None
    assert note.recipe == visit.recipe
    leave(visit)
    data = picture.with_suffix(".pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert data.rstrip().endswith(b"%%EOF")
    assert visit.stand.log.lines == ()


def test_a_restless_finger_keeps_a_face_once(visit: Visit) -> None:
    for _ in range(5):
        visit.press(visit.stand.screen.keep)
    assert len(visit.stand.keeper.faces(MODEL)) == 1


def test_a_full_disk_is_a_line_for_the_operator(
    visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("latentstudio.core.files._sync", full)
    visit.press(visit.stand.screen.keep)
    visit.qtbot.waitUntil(lambda: len(visit.stand.log.lines) == 2)
    assert all("the disk is full" in line for line in visit.stand.log.lines)
    assert len(visit.stand.keeper.faces(MODEL)) == 1, "it hangs on the wall"
    assert list((tmp_path / "kept").iterdir()) == [], "no half file"
    visit.press(visit.stand.screen.new)
    visit.wait_for_picture()


def test_the_wall_outlives_a_restart_and_not_the_day(qtbot: QtBot, tmp_path: Path) -> None:
    first = make_visit(qtbot, tmp_path)
    first.press(first.stand.screen.new)
    first.press(first.stand.screen.keep)
    kept = first.recipe
    leave(first)
    second = make_visit(qtbot, tmp_path)
    qtbot.waitUntil(lambda: second.stand.screen.wall.shown == 1)
    assert second.stand.keeper.faces(MODEL) == (kept,)
    second.now[0] += timedelta(days=1)
    second.stand.start_over()
    assert second.stand.screen.wall.shown == 0
    leave(second)


def test_a_damaged_wall_is_an_empty_one(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "demo-wall.latent").write_bytes(b"PK\x03\x04 nothing")
    visit = make_visit(qtbot, tmp_path)
    qtbot.waitUntil(lambda: len(visit.stand.log.lines) == 1)
    assert visit.stand.screen.wall.shown == 0
    assert not QApplication.activeModalWidget()
    visit.press(visit.stand.screen.keep)
    assert visit.stand.screen.wall.shown == 1
    leave(visit)


def test_a_printer_that_is_not_there_is_a_line_for_the_operator(tmp_path: Path) -> None:
    picture = tmp_path / "face.png"
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkCyan)
    image.save(str(picture))
    words = sheet.SheetWords("A headline", "Seed 1", "A licence")
    with pytest.raises(StudioError, match="no such printer"):
        sheet.print_sheet("Nobody's printer", picture, words)
    with pytest.raises(StudioError, match="cannot be read"):
        sheet.write_pdf(tmp_path / "sheet.pdf", tmp_path / "gone.png", words)
    assert not (tmp_path / "sheet.pdf").exists()


# --- nobody there --------------------------------------------------------------------------------


def test_it_walks_through_the_wall_by_the_clock(visit: Visit) -> None:
    stand = visit.stand
    for _ in range(2):
        visit.press(stand.screen.new)
        stand._kept.stop()
        visit.press(stand.screen.keep)
    newest, older = stand.keeper.faces(MODEL)
    visit.fall_asleep()
    assert stand.screen.begin.isVisible()
    assert not stand.screen.new.isVisible()
    visit.qtbot.waitUntil(lambda: visit.recipe == newest)
    visit.seconds[0] = REST_S + WAY_S / 2
    visit.qtbot.waitUntil(lambda: len(visit.recipe.anchors) == 2)
    visit.seconds[0] = LEG_S + 0.5
    visit.qtbot.waitUntil(lambda: visit.recipe == older)
    visit.qtbot.waitUntil(lambda: stand.screen.wall._current == 1)
    visit.wait_for_picture()


def test_a_touch_starts_over_and_does_nothing_else(visit: Visit) -> None:
    stand = visit.stand
    visit.press(visit.sliders[0], 0.8)
    visit.press(stand.screen.new)
    visit.fall_asleep()
    visit.press(visit.sliders[0], 0.9)
    assert not stand.watch.asleep
    assert not stand.attractor.playing
    assert visit.recipe == stand.start_state
    assert stand.screen.new.isVisible()
    visit.wait_for_picture()
    visit.press(visit.sliders[0], 0.9)
    assert visit.recipe != stand.start_state


def test_a_finger_that_was_never_lifted_is_forgotten(visit: Visit) -> None:
    picture = visit.stand.screen.picture
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=picture.rect().center())
    visit.fall_asleep()
    assert not picture.is_held
    recipe = visit.recipe
    QTest.mouseMove(picture, QPoint(5, 5))
    visit.seconds[0] = 1.0
    assert visit.recipe == recipe


def test_the_idle_time_begins_anew_with_every_touch(qtbot: QtBot, tmp_path: Path) -> None:
    visit = make_visit(qtbot, tmp_path, DemoPlan("fake", idle=3))
    watch = visit.stand.watch
    watch._idle.setTimerType(Qt.TimerType.PreciseTimer)
    watch._idle.start()
    qtbot.wait(50)
    left = watch._idle.remainingTime()
    visit.press(visit.stand.screen.new)
    assert watch._idle.remainingTime() > left
    assert watch._idle.interval() == 3000
    leave(visit)


def test_a_picture_that_cannot_be_drawn_is_asked_for_again(visit: Visit) -> None:
    visit.fall_asleep()
    visit.generator.error = RuntimeError("for once")
    visit.seconds[0] = LEG_S + 1
    visit.qtbot.waitUntil(lambda: bool(visit.stand.log.lines))
    visit.generator.error = None
    visit.seconds[0] = 2 * LEG_S + 1
    visit.wait_for_picture()
    assert visit.stand.attractor.playing


# --- the operator --------------------------------------------------------------------------------


def esc(visit: Visit, kind: QEvent.Type) -> None:
    event = QKeyEvent(kind, Key.Key_Escape, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(QApplication.focusWidget() or visit.stand.screen, event)


def test_only_a_long_esc_leaves(visit: Visit) -> None:
    stand, ended = visit.stand, []
    stand.ended.connect(lambda: ended.append(stand.screen.isVisible()))
    esc(visit, QEvent.Type.KeyPress)
    visit.seconds[0] = 0.9
    visit.qtbot.waitUntil(lambda: stand.screen.ring.share > 0.5)
    assert stand.screen.ring.isVisible()
    esc(visit, QEvent.Type.KeyRelease)
    assert not stand.screen.ring.isVisible()
    visit.seconds[0] = 10.0
    assert ended == []
    esc(visit, QEvent.Type.KeyPress)
    visit.seconds[0] = 11.6
    visit.qtbot.waitUntil(lambda: ended == [False])


class _ByTheSystem(QCloseEvent):
    """What Alt+F4 sends."""

    def spontaneous(self) -> bool:
        return True


def test_alt_f4_is_no_way_out(visit: Visit) -> None:
    event = _ByTheSystem()
    visit.stand.screen.closeEvent(event)
    assert not event.isAccepted()


def test_it_starts_with_the_operators_face(qtbot: QtBot, tmp_path: Path) -> None:
    start = with_seed(Recipe(MODEL), 77)
    visit = make_visit(qtbot, tmp_path, start=start)
    assert visit.recipe == start
    visit.press(visit.stand.screen.new)
    visit.fall_asleep()
    visit.press(visit.stand.screen)
    assert visit.recipe == start
    leave(visit)


def test_a_model_without_directions_has_no_sliders(qtbot: QtBot, tmp_path: Path) -> None:
    visit = make_visit(qtbot, tmp_path, directions=(), layers=1)
    assert visit.sliders == []
    visit.press(visit.stand.screen.new)
    visit.wait_for_picture()
    visit.fall_asleep()
    visit.press(visit.stand.screen)
    leave(visit)


@pytest.mark.parametrize(
    "size", [(1920, 1080), (3840, 2160), (1280, 800), (1024, 768), (1080, 1920), (1024, 600)]
)
def test_everything_has_room_for_a_finger_on_any_screen(size: tuple[int, int]) -> None:
    at = places(*size, 4)
    parts = [at.picture, at.headline, at.subline, *at.sliders, at.new, at.keep, at.wall]
    screen = QImage(*size, QImage.Format.Format_Mono).rect()
    for index, part in enumerate(parts):
        assert screen.contains(part)
        assert not any(part.intersects(other) for other in parts[index + 1 :])
    for target in (*at.sliders, at.new, at.keep, at.wall):
        assert target.height() >= TOUCH
    assert at.picture.width() == at.picture.height() >= 0.35 * min(size)


@pytest.mark.skipif(os.name == "nt", reason="scripts stand in for Linux's programs")
def test_the_machine_is_kept_awake_while_it_lasts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in awake_module._LINUX[:2]:
        program = tmp_path / command[0]
        program.write_text("#!/bin/sh\nexec /bin/cat\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    broken = tmp_path / "kde-inhibit"
    broken.write_bytes(b"\0 no program")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    held = Awake()
    held.start()
    processes = held.processes
    assert len(processes) == 2
    assert all(process.poll() is None for process in processes)
    held.stop()
    assert held.processes == ()
    assert all(process.poll() is not None for process in processes)


def test_without_such_a_program_nothing_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    held = Awake()
    held.start()
    assert held.processes == ()
    held.stop()


# --- the window ----------------------------------------------------------------------------------


def demo_of(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> DemoDesk:
    """The window's demo, on the same fakes."""
    made = type(studio.window.bridge._engine)
    opener = studio.window.bridge._engine._opener

    def make_bridge(document: object) -> EngineBridge:
        return EngineBridge(document, lambda post: made(post, opener=opener, threads=1))  # type: ignore[arg-type]

    desk = studio.window.demo
    monkeypatch.setattr(desk, "make_bridge", make_bridge)
    return desk


def start(studio: Studio, desk: DemoDesk) -> Stand:
    studio.window.actions_by_name["demo"].trigger()
    assert desk.dialog is not None
    desk.dialog.model.setCurrentText("fake")
    desk.dialog.headline.setText("Who is this?")
    desk.dialog.start.click()
    stand = desk.stand
    assert stand is not None
    studio.qtbot.waitUntil(lambda: stand.bridge.frame is not None)
    return stand


def test_the_window_is_as_it_was_before(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, window = demo_of(studio, monkeypatch), studio.window
    studio.document.edit_recipe("Seed", lambda r: with_seed(r, 5))
    studio.wait_for_picture()
    before = (studio.document.state, len(studio.document.entries), window.workspaces.current.key)
    stand = start(studio, desk)
    assert stand.start_state == studio.recipe
    assert stand.screen.headline == "Who is this?"
    stand.screen.activateWindow()
    QTest.mouseClick(stand.screen.new, Qt.MouseButton.LeftButton)
    for key, modifier in (
        (Key.Key_Space, Qt.KeyboardModifier.NoModifier),
        (Key.Key_K, Qt.KeyboardModifier.NoModifier),
        (Key.Key_2, Qt.KeyboardModifier.ControlModifier),
        (Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier),
    ):
        QTest.keyClick(stand.screen, key, modifier)
    assert desk.dialog is None
    assert stand.screen.isVisible()
    window.actions_by_name["demo"].trigger()  # from the window, on another screen
    assert desk.stand is None
    assert desk.dialog is None
    after = (studio.document.state, len(studio.document.entries), window.workspaces.current.key)
    assert after == before
    assert read_plan(studio.folder / "state").headline == "Who is this?"


def test_closing_the_window_ends_the_demo(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = demo_of(studio, monkeypatch)
    stand = start(studio, desk)
    studio.window.close()
    assert desk.stand is None
    assert not stand.screen.isVisible()


def test_what_went_wrong_is_said_in_the_window(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    desk = demo_of(studio, monkeypatch)
    desk.start(DemoPlan("nothing of that name", idle=3600))
    studio.qtbot.waitUntil(lambda: desk.stand is None)
    assert "error: Could not open the model" in studio.notices()
    (tmp_path / "file").write_text("in the way")
    desk.start(DemoPlan("fake", folder=str(tmp_path / "file" / "kept"), idle=3600))
    stand = desk.stand
    assert stand is not None
    studio.qtbot.waitUntil(lambda: stand.bridge.frame is not None)
    stand.keep()
    studio.qtbot.waitUntil(lambda: bool(stand.log.lines))
    stand.watch.left.emit()
    assert "warning: Not all went well in the demo" in studio.notices()


def test_the_dialog_offers_what_the_model_brings(studio: Studio) -> None:
    window = studio.window
    window.demo.ask()
    dialog = window.demo.dialog
    assert dialog is not None
    dialog.model.setCurrentText("avatars-dcgan")
    assert dialog.sliders[0].currentText() == "Smile"
    dialog.sliders[0].setCurrentText("Hat")
    dialog.sliders[3].setCurrentText("None")
    plan = dialog.plan()
    assert plan.sliders == ("Hat", "Glasses", "Hair length")
    dialog.model.setCurrentText("fake")
    assert not dialog.sliders[0].isEnabled()
    dialog.reject()
    studio.qtbot.waitUntil(lambda: window.demo.dialog is None)
    assert not (studio.folder / "state" / "demo.json").exists(), "cancelled is not remembered"


def test_a_wall_of_yesterday_is_empty(tmp_path: Path, qtbot: QtBot) -> None:
    from latentstudio.core.wall import Wall

    yesterday = datetime(2026, 11, 23).date()
    save_wall(tmp_path / "state", Wall(yesterday).with_face(with_seed(Recipe(MODEL), 1)))
    visit = make_visit(qtbot, tmp_path)
    qtbot.wait(20)
    assert visit.stand.keeper.faces(MODEL) == ()
    leave(visit)
