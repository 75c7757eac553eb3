"""What the commands' arguments have in common: the parser, the shared options, seeds."""

import argparse
from collections.abc import Callable, Sequence
from typing import Never

from latentstudio.core.devices import DEVICES
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.latent import SEEDS
from latentstudio.core.model_info import PSI_RANGE

PRECISIONS = ("float32", "bfloat16", "float16")
MAX_COUNT = 100_000  # seeds in one command


class UsageError(StudioError):
    """The command line asks for what makes no sense: exit code 2."""


class Parser(argparse.ArgumentParser):
    """An argument parser that complains in one line and offers the option that was meant."""

    def __init__(self, prog: str, description: str = "", epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> Never:
        message = message.removeprefix("argument ")
        raise UsageError("Wrong usage", message, f"See {self.prog} --help.")

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The options of a command line.

        Raises:
            UsageError: an unknown option, a missing one, or a value out of its range.
            SystemExit: help was asked for and printed.
        """
        options, rest = self.parse_known_args(arguments)
        for name in rest:
            known = self._option_string_actions if name.startswith("-") else ()
            raise UsageError("Wrong usage", f"{name} is not known here", nearest(name, known))
        return options


def add_common(parser: argparse.ArgumentParser) -> None:
    """The options that every command takes."""
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout")
    parser.add_argument("--debug", action="store_true", help="show a traceback on failure")


def add_device(parser: argparse.ArgumentParser) -> None:
    """The options of every command that draws."""
    parser.add_argument(
        "--device", choices=DEVICES, default="auto", help="where to compute (default: auto)"
    )
    parser.add_argument(
        "--precision", choices=PRECISIONS, default="float32", help="of the network (float32)"
    )


def add_picture(parser: argparse.ArgumentParser) -> None:
    """The options that say how a face is drawn, whatever its seed."""
    low, high = PSI_RANGE
    parser.add_argument(
        "--truncation", metavar="P", type=number(low, high), default=1.0,
        help=f"pull towards the mean face: 1 not at all, 0 wholly ({low:g} to {high:g})",
    )  # fmt: skip
    parser.add_argument(
        "--truncation-cutoff", metavar="N", type=whole(0, 1000),
        help="pull the first N style layers only",
    )  # fmt: skip
    parser.add_argument("--class", dest="class_name", metavar="NAME", help="draw this class")
    parser.add_argument(
        "--noise", choices=("const", "random", "none"), default="const",
        help="fine detail: the same in every picture, fresh in every picture, or none",
    )  # fmt: skip
    parser.add_argument(
        "--noise-seed", metavar="N", type=whole(0, SEEDS - 1), help="where the noise begins"
    )


def seeds(text: str) -> list[int]:
    """Seeds such as ``0-7,42``, in the order given.

    Raises:
        argparse.ArgumentTypeError: not numbers, out of range, backwards or far too many.
    """
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        low = _seed(first, part)
        high = _seed(last, part) if dash else low
        if high < low:
            raise argparse.ArgumentTypeError(f"{part} runs backwards; write {high}-{low}")
        if len(found) + high - low >= MAX_COUNT:
            raise argparse.ArgumentTypeError(f"more than {MAX_COUNT} seeds at once")
        found.extend(range(low, high + 1))
    return found


def stops(text: str) -> list[int]:
    """Two seeds or more."""
    found = seeds(text)
    if len(found) < 2:
        raise argparse.ArgumentTypeError("one seed is one face; give two or more, such as 1,2,3")
    return found


def number(low: float, high: float) -> Callable[[str], float]:
    """A type for a number from low to high."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    return read


def whole(low: int, high: int) -> Callable[[str], int]:
    """A type for a whole number from low to high."""

    def read(text: str) -> int:
        if not text.isdecimal() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return read


def _seed(text: str, part: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 12 or int(text) >= SEEDS:
        raise argparse.ArgumentTypeError(
            f"{part!r} is not a seed; seeds are 0 to {SEEDS - 1}, such as 0-7,42"
        )
    return int(text)
