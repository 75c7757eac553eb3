"""The demo screen and its operator's dialog, compared with the pictures kept beside the tests."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from latentstudio.core.attract import LEG_S
from latentstudio.core.demo import DemoPlan
from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.ui.demo import operator_dialog
from latentstudio.ui.demo.operator_dialog import OperatorDialog
from tests.ui import screens
from tests.ui.directions import MODEL
from tests.ui.stands import Visit, make_visit

Check = Callable[[QImage, str], None]
FULL_HD, KIOSK = (1920, 1080), (1080, 1920)


def filled(qtbot: QtBot, folder: Path, size: tuple[int, int]) -> Visit:
    """A screen with nine faces on its wall and a slider moved."""
    visit = make_visit(qtbot, folder, DemoPlan("fake", idle=3600), size=size)
    for seed in range(20, 29):
        visit.stand.keeper.keep(with_seed(Recipe(MODEL), seed))
    visit.sliders[0].take(0.9)
    visit.sliders[3].take(-1.2)
    settle(visit)
    return visit


def settle(visit: Visit) -> None:
    """Until every small face is drawn."""
    visit.wait_for_picture()
    drawn = -1
    while drawn != visit.generator.drawn:
        drawn = visit.generator.drawn
        visit.qtbot.wait(300)
    focus = QApplication.focusWidget()
    if focus is not None:
        focus.clearFocus()


def test_the_screen_in_both_themes(
    qtbot: QtBot, tmp_path: Path, scheme: str, check_screen: Check
) -> None:
    visit = filled(qtbot, tmp_path, FULL_HD)
    check_screen(screens.grab(visit.stand.screen), f"demo-{scheme}")
    visit.stand.leave()


def test_the_screen_while_nobody_is_there(
    qtbot: QtBot, tmp_path: Path, check_screen: Check
) -> None:
    visit = filled(qtbot, tmp_path, FULL_HD)
    visit.fall_asleep()
    visit.seconds[0] = 2 * LEG_S + 1.0
    settle(visit)
    visit.stand.screen.ring.show_share(0.6)
    check_screen(screens.grab(visit.stand.screen), "demo-attract")
    visit.stand.leave()


def test_a_tall_screen(qtbot: QtBot, tmp_path: Path, check_screen: Check) -> None:
    visit = filled(qtbot, tmp_path, KIOSK)
    check_screen(screens.grab(visit.stand.screen), "demo-tall")
    visit.stand.leave()


def test_the_dialog(
    qtbot: QtBot, scheme: str, check_screen: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operator_dialog, "printers", list)
    monkeypatch.setattr(operator_dialog, "default_folder", lambda: Path("/faces/Demo"))
    plan = replace(DemoPlan("avatars-dcgan"), folder="/faces/Demo")
    models = {"avatars-dcgan": "avatars-dcgan"}
    window = QWidget()
    qtbot.addWidget(window)
    dialog = OperatorDialog(window, plan, models, {})
    dialog.adjustSize()
    dialog.show()
    focus = QApplication.focusWidget()
    if focus is not None:
        focus.clearFocus()
    check_screen(screens.grab(dialog), f"demo-dialog-{scheme}")
    dialog.close()
