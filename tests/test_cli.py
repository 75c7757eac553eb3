"""The command line itself: help, usage, exit codes, one line of error."""

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from latentstudio import __version__
from latentstudio.commands import COMMANDS, arguments
from latentstudio.commands.answer import Answer, size_of, table
from latentstudio.commands.arguments import number, seeds, stops, whole
from latentstudio.core.errors import StudioError
from latentstudio.engine import device
from tests.commands import Run, runner
from tests.fresh import fresh, loads


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def fake_command(monkeypatch: pytest.MonkeyPatch, error: BaseException | None = None) -> None:
    """Make ``models`` answer or fail at once."""

    def answer(options: argparse.Namespace) -> Answer:
        if error is not None:
            raise error
        return Answer({"faces": 2}, ["two faces"])

    module = type(sys)("latentstudio.commands.models")
    module.add_arguments = lambda parser: None  # type: ignore[attr-defined]
    module.run = answer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "latentstudio.commands.models", module)


# --- help ----------------------------------------------------------------------------------------


def test_help_lists_every_command(run: Run) -> None:
    ended = run("--help")
    assert ended.code == 0
    assert all(f"  {name} " in ended.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(run: Run, name: str) -> None:
    ended = run(name, "--help")
    assert ended.code == 0
    assert ended.out.startswith(f"usage: latentstudio {name}")
    assert "--json" in ended.out
    assert "--debug" in ended.out


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_needs_neither_torch_nor_qt(words: list[str]) -> None:
    code = f"from latentstudio.cli import main; code = main({words!r})"
    ended = fresh(["-c", f"{code}; import sys; print(code, *sorted(sys.modules))"])
    code, *modules = ended.stdout.splitlines()[-1].split()
    assert code == "0"
    assert not {"torch", "PySide6", "tqdm"} & set(modules)


def test_the_version(run: Run) -> None:
    assert run("--version").out == f"Latent Studio {__version__}\n"


def test_importing_the_package_needs_no_torch() -> None:
    assert not loads("import latentstudio", "torch")


# --- wrong usage ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("genrate", "Unknown command genrate - it is no file either. Did you mean generate?"),
        ("--devise cpu", "--devise is not known here. Did you mean --device?"),
        ("--json models", "the command comes first. Try: latentstudio models"),
        ("generate", "the following arguments are required: MODEL, --seeds, --out."),
        ("generate m --seed 3 --seeds 1 --out o", "here. Did you mean --seeds?"),
        ("generate m --seeds x --out o", "--seeds: 'x' is not a seed; seeds are 0 to 4294967295"),
        ("generate m --seeds 1-x --out o", "'1-x' is not a seed"),
        ("generate m --seeds 4294967296 --out o", "'4294967296' is not a seed"),
        ("generate m --seeds 7-0 --out o", "7-0 runs backwards; write 0-7"),
        ("generate m --seeds 0-4294967295 --out o", "more than 100000 seeds at once"),
        ("generate m --seeds 1 --out o --truncation 3", "'3' is not a number from -1 to 2"),
        ("generate m --seeds 1 --out o --truncation nan", "'nan' is not a number"),
        ("generate m --seeds 1 --out o --truncation-cutoff -1",  "'-1' is not a whole number"),
        ("generate m --seeds 1 --out o --noise loud", "invalid choice: 'loud'"),
        ("generate m --seeds 1 --out o --noise-seed 0.5", "'0.5' is not a whole number"),
        ("generate m --seeds 1 --out o --device gpu", "invalid choice: 'gpu'"),
        ("generate m --seeds 1 --out o extra", "extra is not known here"),
        ("interpolate m --seeds 1 --out o.gif", "one seed is one face; give two or more"),
        ("interpolate m --seeds 1,2 --frames 1 --out o.gif", "'1' is not a whole number from 2"),
        ("interpolate m --seeds 1,2 --fps 0 --out o.gif", "'0' is not a whole number from 1 to 60"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_one_line(run: Run, words: str, told: str) -> None:
    ended = run(*words.split())
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1


def test_a_missing_file_is_told_before_a_window_opens(run: Run, tmp_path: Path) -> None:
    ended = run(tmp_path / "gone.png")
    assert ended.code == 1
    assert "there is no such file" in ended.err
    assert run("gone.latent").code == 1


# --- answers and failures ------------------------------------------------------------------------


def test_an_answer_in_words_and_as_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_command(monkeypatch)
    assert run("models").out == "two faces\n"
    assert run("models", "--json").data == {"faces": 2}


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (StudioError("What", "why", "How."), 1, "error: What - why. How.\n"),
        (ZeroDivisionError("zero"), 1, "an unexpected ZeroDivisionError"),
        (MemoryError(), 1, "out of memory"),
        (PermissionError(13, "Permission denied"), 1, "Permission denied"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
    ],
)
def test_failures_are_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, told: str
) -> None:
    fake_command(monkeypatch, error)
    ended = run("models", "--json")
    assert (ended.code, ended.out) == (code, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1


def test_debug_shows_where(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_command(monkeypatch, ZeroDivisionError("zero"))
    ended = run("models", "--debug")
    assert ended.code == 1
    assert "Traceback" in ended.err
    assert "ZeroDivisionError: zero" in ended.err


@pytest.mark.skipif(os.name == "nt", reason="pipes break otherwise there")
def test_a_reader_that_has_enough_is_no_error() -> None:
    code = "import sys; from latentstudio.cli import main; sys.exit(main(['--help']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


# --- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [("5", [5]), ("0-3", [0, 1, 2, 3]), ("0-1,42", [0, 1, 42]), ("7, 3 ,7", [7, 3, 7]),
     ("4294967295", [4294967295]), ("2-2", [2])],
)  # fmt: skip
def test_seeds(text: str, found: list[int]) -> None:
    assert seeds(text) == found


@pytest.mark.parametrize("text", ["", ",", "1,,2", "-1", "1-", "1.5", "1e3", "٣", "0x1", "1 2"])
def test_no_seeds(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a seed"):
        seeds(text)


def test_a_walk_needs_two() -> None:
    assert stops("1,2") == [1, 2]
    with pytest.raises(argparse.ArgumentTypeError, match="two or more"):
        stops("1")


@pytest.mark.parametrize("text", ["1e9999999", "inf", "nan", "", "a"])
def test_no_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a number"):
        number(0, 1)(text)


@pytest.mark.parametrize("text", ["9" * 5000, "-1", "1.0", "", "²"])
def test_no_whole_number(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is not a whole number"):
        whole(0, 10)(text)


def test_the_options_offer_what_the_engine_has() -> None:
    assert arguments.PRECISIONS == device.PRECISIONS


def test_tables_are_aligned() -> None:
    assert table([("a", "bb"), ("ccc", "")]) == ["a    bb", "ccc"]
    assert (size_of(13_841_203), size_of(2048)) == ("13.2 MB", "2 kB")


# --- Ctrl-C --------------------------------------------------------------------------------------

_SLOW = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started it with &
import latentstudio
from latentstudio.cli import main
from latentstudio.commands import drawing
from tests.fakes import FakeGenerator

def open_model(*_):
    print("ready", file=sys.stderr, flush=True)
    return FakeGenerator(delay=0.05)

latentstudio.open_model = open_model
drawing.find_model = str
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are different there")
@pytest.mark.parametrize("name", ["clip.mp4", "frames"])
def test_ctrl_c_leaves_no_half_file(tmp_path: Path, name: str) -> None:
    words = ["interpolate", "any", "--seeds", "1,2", "--frames", "5000", "--out", name]
    root = str(Path(__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", _SLOW, *words],
        stderr=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": root},
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == "ready\n"
        begun = ".*.mp4" if name == "clip.mp4" else "frame*.png"
        while not list(tmp_path.rglob(begun)):
            time.sleep(0.01)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == "Stopped.\n"
    assert not list(tmp_path.iterdir())
