from pathlib import Path

from pytestqt.qtbot import QtBot

from latentstudio.core.demo import DemoPlan
from tests.ui.demo_soak import Visitors
from tests.ui.stands import make_visit


def test_random_visitors_find_no_fault_and_leave_no_trace(qtbot: QtBot, tmp_path: Path) -> None:
    plan = DemoPlan("fake", folder=str(tmp_path / "kept"), idle=3600)
    visit = make_visit(qtbot, tmp_path, plan)
    stand = visit.stand
    stand.watch._idle.setInterval(100)
    visitors = Visitors(stand, seed=3, pace_s=0.002)
    for _ in range(4):
        visitors.visit()
        visit.seconds[0] += 13.7  # on the way to another face for the next one
    found = visitors.found
    assert (found.visitors, found.back_at_start) == (4, 4)
    assert found.touches > 12
    assert stand.log.lines == ()
    assert len(stand.document.entries) == 1
    stand.leave()
