"""The io thread: results come back to the main thread, in order, failures as values."""

import threading
import time
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from latentstudio.core.errors import StudioError
from latentstudio.ui.background import Background


def named(number: int) -> tuple[int, str]:
    return number, threading.current_thread().name


def refuse() -> None:
    raise StudioError("No", "because")


def test_results_come_to_the_main_thread_in_order(qtbot: QtBot) -> None:
    background = Background()
    seen: list[object] = []
    for number in range(5):
        background.run(partial(named, number), seen.append, pytest.fail)
    background.run(refuse, pytest.fail, lambda error: seen.append(str(error)))
    qtbot.waitUntil(lambda: len(seen) == 6)
    background.close()
    assert [item[0] for item in seen[:5]] == list(range(5))  # type: ignore[index]
    assert all(item[1].startswith("io") for item in seen[:5])  # type: ignore[index]
    assert seen[5] == "No - because."


def test_close_finishes_the_work_and_ends_the_thread(qtbot: QtBot) -> None:
    background = Background()
    done = threading.Event()
    background.run(lambda: time.sleep(0.05), lambda _result: pytest.fail("delivered"), pytest.fail)
    background.run(done.set, lambda _result: pytest.fail("delivered"), pytest.fail)
    background.close()
    assert done.is_set()
    assert not [t for t in threading.enumerate() if t.name.startswith("io")]
