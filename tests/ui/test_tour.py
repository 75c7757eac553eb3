"""The five tips: each beside its thing, done by doing it, and never again once seen."""

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from latentstudio.ui import theme
from latentstudio.ui.bubble import Side, place
from tests.ui.studio import Studio
from tests.ui.test_window_screens import layered

__all__ = ["layered"]

Key, Control, Shift = (
    Qt.Key, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier,
)  # fmt: skip


def step(studio: Studio) -> str:
    found = studio.window.access.tour.step
    return found.key if found is not None else ""


def begin(studio: Studio) -> None:
    studio.window.actions_by_name["tour"].trigger()
    assert step(studio) == "drag"


def wait_for(studio: Studio, key: str) -> None:
    studio.qtbot.waitUntil(lambda: step(studio) == key)


def test_each_tip_is_done_by_doing_it(layered: Studio) -> None:
    window, settings = layered.window, layered.window.settings
    begin(layered)
    canvas = window.canvas
    middle = canvas.rect().center()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(canvas, middle - QPoint(40, 20))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle - QPoint(40, 20))
    wait_for(layered, "move")
    tip = window.access.tour.tip
    assert tip is not None
    assert tip.words()[0] == "Move Smile"
    layered.key(Key.Key_Right)  # the slider has the keys already
    wait_for(layered, "keep")
    layered.key(Key.Key_K)
    wait_for(layered, "mix")
    layered.key(Key.Key_A, Shift)
    assert tip.words()[1].startswith("A is taken")
    layered.key(Key.Key_Space)
    layered.key(Key.Key_B, Shift)
    wait_for(layered, "palette")
    assert settings.value("tour/done") is None
    layered.key(Key.Key_K, Control)
    assert step(layered) == ""
    assert window.access.tour.tip is None
    assert settings.value("tour/done", False, bool) is True
    assert window.access.palette.isVisible()


def test_a_tip_waits_where_it_belongs(layered: Studio) -> None:
    window = layered.window
    begin(layered)
    tip = window.access.tour.tip
    assert tip is not None
    window.workspaces.show("animate")
    layered.qtbot.waitUntil(lambda: not tip.isVisible())
    layered.key(Key.Key_Escape, to=window.canvas)
    assert step(layered) == "drag"  # Escape was not for what is not there
    window.workspaces.show("explore")
    layered.qtbot.waitUntil(tip.isVisible)


def test_escape_skips_all_and_only_where_it_has_nothing_else_to_do(layered: Studio) -> None:
    begin(layered)
    layered.key(Key.Key_K, Control)
    layered.key(Key.Key_Escape)  # closes the palette
    assert step(layered) == "drag"
    layered.key(Key.Key_Escape, to=layered.window.canvas)
    assert step(layered) == ""
    assert layered.window.settings.value("tour/done", False, bool) is True
    layered.key(Key.Key_Escape, to=layered.window.canvas)


def test_it_begins_after_the_start_screen_once_in_a_life(layered: Studio) -> None:
    window = layered.window
    window.start.open()
    window.start.close()
    assert step(layered) == ""  # nobody offered it
    window.access.tour.offer()
    window.start.open()
    assert step(layered) == ""
    window.start.close()
    assert step(layered) == "drag"
    window.access.tour.skip()
    window.access.tour.offer()
    window.start.open()
    window.start.close()
    assert step(layered) == ""
    begin(layered)  # Help > Five tips
    window.access.tour.skip()


def test_what_it_showed_goes_with_it(layered: Studio) -> None:
    def markers() -> int:
        return sum(type(child).__name__ == "_Marker" for child in layered.window.children())

    before = markers()
    begin(layered)
    assert markers() == before + 1
    layered.key(Key.Key_Escape)
    layered.qtbot.waitUntil(lambda: markers() == before)


def test_buttons_go_on_and_end_it(layered: Studio) -> None:
    begin(layered)
    tour = layered.window.access.tour
    for key in ("move", "keep", "mix", "palette", ""):
        assert tour.tip is not None
        tour.tip.next.click()
        assert step(layered) == key
    begin(layered)
    assert tour.tip is not None
    tour.tip.skip.click()
    assert step(layered) == ""


def test_a_model_without_directions_has_truncation(studio: Studio) -> None:
    begin(studio)
    studio.window.access.tour.next()
    tip = studio.window.access.tour.tip
    assert tip is not None
    assert tip.words()[0] == "Move Truncation"
    studio.key(Key.Key_Left)
    wait_for(studio, "keep")
    studio.window.access.tour.skip()


@pytest.mark.parametrize(
    ("size", "scale"),
    [((1440, 900), 1.0), ((1024, 700), 1.0), ((960, 540), 1.0), ((1440, 900), 1.5)],
)
def test_tips_stand_in_the_window_and_off_what_they_name(
    layered: Studio, qapp: QApplication, size: tuple[int, int], scale: float
) -> None:
    theme.apply_theme(qapp, "dark", scale)
    layered.window.resize(*size)
    layered.window.desk.fit_again()
    begin(layered)
    tour, window = layered.window.access.tour, layered.window
    for _ in range(5):
        QApplication.processEvents()
        tour._stand()
        tip, now = tour.tip, tour.step
        assert tip is not None
        assert now is not None
        target = now.target(window)
        assert window.rect().contains(tip.geometry()), now.key
        assert target is not None, now.key
        assert now.key == "drag" or not tip.geometry().intersects(target), now.key
        for button in (tip.skip, tip.next):
            assert button.width() >= button.sizeHint().width()
        assert tip._words.height() >= tip._words.heightForWidth(tip._words.width())
        tour.next()
    theme.apply_theme(qapp, "dark")


@pytest.mark.parametrize(
    ("target", "side"),
    [
        (QRect(100, 100, 50, 50), "right"),
        (QRect(700, 300, 90, 20), "left"),
        (QRect(10, 5, 780, 30), "below"),
        (QRect(10, 560, 780, 30), "above"),
        (QRect(0, 0, 800, 600), "inside"),
    ],
)
def test_a_card_takes_the_first_side_with_room(target: QRect, side: Side) -> None:
    room, size = QRect(0, 0, 800, 600), QSize(300, 120)
    at, found = place(size, target, room)
    assert found == side
    assert room.contains(QRect(at, size))
    assert side == "inside" or not QRect(at, size).intersects(target)
