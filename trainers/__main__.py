"""latentstudio-train: trains networks, exports them, lists presets, writes data sets."""

import argparse
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Never

from latentstudio import __version__
from latentstudio.core.devices import DEVICES
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.faults import explain
from latentstudio.core.memory import keep_freed_memory

DONE, FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
PROG = "latentstudio-train"

_OVERVIEW = """\
usage:
  latentstudio-train PRESET --data SPEC --out RUN [options]   train; goes on when RUN exists
  latentstudio-train export RUN --out FILE.safetensors        a model file of the best snapshot
  latentstudio-train presets                                  what PRESET and REFEREE may be
  latentstudio-train referee REFEREE --out FILE.safetensors   a network that judges drawn faces
  latentstudio-train data SPEC --count N --resolution N --out FILE.zip   write a data set
  latentstudio-train statistics SPEC --resolution N --out FILE.safetensors
                                             what latentstudio evaluate compares with

SPEC is a folder of pictures, a zip or folder with a dataset.json, or avatars:STYLE[,STYLE...].
latentstudio-train PRESET --help tells more, and so does each command.
"""


class UsageError(StudioError):
    """The command line asks for what makes no sense."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line; returns the exit code: 0 done, 1 failed, 2 wrong usage, 130 Ctrl-C."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    keep_freed_memory()
    try:
        return _dispatch(given)
    except SystemExit as end:  # argparse has printed help
        return end.code if isinstance(end.code, int) else DONE
    except KeyboardInterrupt:
        _say("Stopped.")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place where a failure can become a sentence
        if "--debug" in given:
            traceback.print_exception(error)
        _say(f"error: {explain(error, 'The training stopped')}")
        return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _dispatch(given: list[str]) -> int:
    name = given[0] if given else ""
    if name in ("", "-h", "--help"):
        sys.stdout.write(_OVERVIEW)
        return DONE if name else WRONG_USAGE
    if name == "--version":
        sys.stdout.write(f"Latent Studio {__version__}\n")
        return DONE
    if name.startswith("-"):
        raise UsageError(f"{name} comes first", "", f"Name a preset first: {PROG} presets.")
    add_arguments = _COMMANDS.get(name, _train_arguments)
    parser = _Parser(f"{PROG} {name}")
    add_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--debug", action="store_true", help="show a traceback on failure")
    options = parser.read(given[1:])
    options.preset = name
    # Threads wait for each other by spinning. A short spin is as fast as the default one on an idle
    # machine, and does not starve on a busy one. It must be set before torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    module = "trainers.quick_commands" if name in ("data", "presets") else "trainers.commands"
    function = name if name in _COMMANDS else "train"
    run: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(module), function)
    return run(options)


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="where to compute (default: auto)"
    )


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Train a preset, or go on with the run in the folder."
    parser.add_argument("--data", metavar="SPEC", required=True, help="what to learn from")
    parser.add_argument("--out", metavar="RUN", type=Path, required=True, help="the run's folder")
    _add_device(parser)
    parser.add_argument("--kimg", metavar="N", type=float, help="thousand real images to show")
    parser.add_argument("--init", metavar="BUNDLE", default="", help="begin with this model")
    parser.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="settings",
        help="change a setting, as in --set optimizer.lr_g=1e-4; may be repeated",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="say what it would cost")


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Write a model file of a run's best snapshot, measured on the file."
    parser.add_argument("run", metavar="RUN", type=Path, help="the run's folder")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="NAME.safetensors")
    parser.add_argument("--snapshot", choices=("best", "newest"), default="best")
    parser.add_argument(
        "--limit", metavar="SENTENCE", action="append", default=[], dest="limits",
        help="a known fault that the card names; may be repeated",
    )  # fmt: skip
    parser.add_argument("--float32", action="store_true", help="do not halve the weights")
    _add_device(parser)


def _referee_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Train a network that names the attributes of drawn faces, and measure it."
    parser.add_argument("referee", metavar="REFEREE", help="which one; see the command presets")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="NAME.safetensors")
    parser.add_argument("--threads", metavar="N", type=int, help="by default one per usable core")


def _presets_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "List the presets."


def _data_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Write pictures with their labels into a zip that training tools read."
    parser.add_argument("spec", metavar="SPEC", help="what to draw or read")
    parser.add_argument("--count", metavar="N", type=int, help="how many pictures")
    parser.add_argument("--resolution", metavar="N", type=int, required=True, help="side in pixels")
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="the zip")


def _statistics_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Write what real pictures look like to a referee, for evaluate --data."
    parser.add_argument("spec", metavar="SPEC", help="the real pictures")
    parser.add_argument("--resolution", metavar="N", type=int, required=True, help="side in pixels")
    parser.add_argument(
        "--referee", metavar="NAME", help="who looks (the first of this resolution)"
    )
    parser.add_argument(
        "--count", metavar="N", type=int, help="pictures, and as many others (10000)"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="NAME.safetensors")


_COMMANDS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "export": _export_arguments,
    "referee": _referee_arguments,
    "presets": _presets_arguments,
    "data": _data_arguments,
    "statistics": _statistics_arguments,
}


class _Parser(argparse.ArgumentParser):
    """Complains in one line and offers the option that was meant."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog=prog, allow_abbrev=False)

    def error(self, message: str) -> Never:
        raise UsageError("Wrong usage", message, f"See {self.prog} --help.")

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        options, rest = self.parse_known_args(arguments)
        for name in rest:
            known = self._option_string_actions if name.startswith("-") else ()
            raise UsageError("Wrong usage", f"{name} is not known here", nearest(name, known))
        return options


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
