"""Restore and Project compared with the pictures kept beside the tests."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from latentstudio.core.document import State
from latentstudio.core.tasks import Projecting, Restoring
from latentstudio.core.work import Task
from tests.ui import screens
from tests.ui.studio import Studio, make_studio
from tests.ui.test_inpaint_screens import portrait

Check = Callable[[QImage, str], None]
RESTORING = Restoring("sensing", measurements=160)
PROJECTING = Projecting(steps=20, starts=4)


@pytest.fixture
def styled(qtbot: QtBot, qapp: QApplication, tmp_path: Path, scheme: str) -> Iterator[Studio]:
    """A window on a model with style layers and noise."""
    made = make_studio(qtbot, tmp_path, layers=8, noise=True)
    yield made
    made.window.close()
    made.window.deleteLater()


def finish(studio: Studio, task: Task, curve: bool) -> None:
    """A photograph with the answers of a quick search of a task."""
    desk, qtbot = studio.window.inpaint, studio.qtbot
    studio.window.workspaces.show("inpaint")
    desk.photos.take(portrait())

    def change(state: State) -> State:
        search = replace(state.work.search, candidates=8, steps=20, bank=16)
        work = replace(state.work, search=search, restore=RESTORING, project=PROJECTING, task=task)
        return replace(state, work=work)

    studio.document.edit("Task", change)
    desk.panel.start(curve)
    qtbot.waitUntil(lambda: not desk.panel.running, timeout=60_000)


def test_restore_in_both_themes(styled: Studio, scheme: str, check_screen: Check) -> None:
    finish(styled, "restore", curve=True)
    loss = styled.window.inpaint.tasks.loss
    loss.begin("off on what is known")  # when there was a preview is a matter of time
    for share in (0.1, 0.3, 0.5, 0.7, 0.9, 1.0):
        loss.show_step(share, [0.1 * rank + 0.5 * (1 - share) ** 2 for rank in range(1, 6)])
    loss.end("Best 0.100, candidate 1")
    styled.settle()
    check_screen(screens.grab(styled.window), f"restore-{scheme}")


def test_project_in_both_themes(styled: Studio, scheme: str, check_screen: Check) -> None:
    finish(styled, "project", curve=False)
    styled.settle()
    check_screen(screens.grab(styled.window), f"project-{scheme}")
