"""Where circles of dead objects end: on the main thread, and nowhere else."""

import gc
import subprocess
import sys
import threading
import weakref

from PySide6.QtCore import QObject

from latentstudio.ui.garbage import sweep


class _Circle:
    def __init__(self) -> None:
        self.me = self


def _litter(count: int) -> weakref.ref[_Circle]:
    for _ in range(count):
        last = weakref.ref(_Circle())
    return last


def test_another_thread_ends_nothing(qapp: QObject) -> None:
    first, ended = weakref.ref(_Circle()), []
    weakref.finalize(first(), lambda: ended.append(threading.current_thread()))
    thread = threading.Thread(target=lambda: _litter(20 * gc.get_threshold()[0]))
    thread.start()
    thread.join()
    assert not ended
    gc.collect()
    assert ended == [threading.main_thread()]


def test_a_sweep_ends_what_is_due(qapp: QObject) -> None:
    gc.collect()
    last = _litter(2 * gc.get_threshold()[0])
    assert last() is not None
    sweep()
    assert last() is None


def test_the_program_takes_the_search_over() -> None:
    code = (
        "import gc; from latentstudio.app import make_application as make;"
        "from latentstudio.ui.garbage import Garbage;"
        "make(); a = make(); print(gc.isenabled(), len(a.findChildren(Garbage)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "1"]
