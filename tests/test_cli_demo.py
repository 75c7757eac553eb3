"""``latentstudio demo``: what it makes of its words, and how it ends."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from latentstudio.core.demo import HEADLINE, DemoPlan, remember_plan
from latentstudio.core.errors import StudioError
from tests.commands import Run, runner


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Commands with a state folder of their own and a display."""
    monkeypatch.setattr("latentstudio.commands.demo.state_folder", lambda: tmp_path)
    monkeypatch.setattr("latentstudio.display.no_display", lambda: None)
    monkeypatch.setattr("latentstudio.display.missing_library", lambda: None)
    return runner(capfd)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[DemoPlan]:
    """What the screen was asked for; two faces are kept at once."""
    found: list[DemoPlan] = []

    def show(plan: DemoPlan, _device: str, _precision: str) -> list[Path]:
        found.append(plan)
        return [Path("/kept/one.png"), Path("/kept/two.png")]

    app = ModuleType("latentstudio.demo_app")
    app.run = show  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "latentstudio.demo_app", app)
    return found


def test_without_words_it_is_of_the_best_model(run: Run, plans: list[DemoPlan]) -> None:
    ended = run("demo", "--folder", "/kept", "--json")
    assert ended.code == 0
    assert ended.data["files"] == ["/kept/one.png", "/kept/two.png"]
    assert (plans[0].headline, plans[0].idle, plans[0].screen) == (HEADLINE, 60, 0)
    assert plans[0].model.startswith("avatars-")


def test_words_go_before_what_is_remembered(
    run: Run, plans: list[DemoPlan], tmp_path: Path
) -> None:
    last = DemoPlan("avatars-dcgan", ("Tilt",), "Hello", 1, 90, "/pictures", "pdf")
    remember_plan(tmp_path, last)
    run("demo", "--sliders", "smile, hair length", "--screen", "1", "--idle", "30")
    assert plans[0] == DemoPlan(
        "avatars-dcgan", ("Smile", "Hair length"), "Hello", 0, 30, "/pictures", "pdf"
    )
    assert run("demo").out == "Kept: 2 faces in /pictures.\n"
    assert plans[1] == last, "the command line is not remembered"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("avatars-dcgan", "--sliders", "smil"), 2, "Did you mean Smile?"),
        (("avatars-dcgan", "--sliders", "smile,glasses,hat,tilt,red hair"), 2, "5 are more"),
        (("--idle", "1"), 2, "--idle"),
        (("--screen", "0"), 2, "--screen"),
        (("nothing-of-that-name",), 1, "Unknown model"),
    ],
)
def test_what_cannot_be(
    run: Run, plans: list[DemoPlan], words: tuple[str, ...], code: int, said: str
) -> None:
    ended = run("demo", *words)
    assert ended.code == code
    assert said in ended.err
    assert plans == []


def test_without_a_display(
    run: Run, plans: list[DemoPlan], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latentstudio.display.no_display", lambda: "No display: none is set.")
    ended = run("demo")
    assert (ended.code, plans) == (1, [])
    assert ended.err.startswith("error: Could not open the demo - No display: none is set.")


def test_a_model_that_does_not_open(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> list[Path]:
        raise StudioError("Could not open the model", "it is damaged")

    app = ModuleType("latentstudio.demo_app")
    app.run = fail  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "latentstudio.demo_app", app)
    ended = run("demo")
    assert ended.code == 1
    assert "it is damaged" in ended.err
