"""The options of every command that writes pictures: size, scaling, width on paper, recipe."""

import argparse

from latentstudio.commands.arguments import number
from latentstudio.core.still import PRINT_MM, SCALES, Still


def add_still(parser: argparse.ArgumentParser, *, captions: bool = False) -> None:
    """Let a command say in which form it writes; ``captions`` for pages of faces."""
    parser.add_argument("--scale", type=int, choices=SCALES, default=1, help="times as large (1)")
    parser.add_argument("--smooth", action="store_true", help="scale smoothly, not as squares")
    parser.add_argument(
        "--print-width", metavar="MM", type=number(*PRINT_MM),
        help="millimetres on paper, for programs that print",
    )  # fmt: skip
    parser.add_argument(
        "--no-recipe", action="store_true", help="write the picture alone, without its recipe"
    )
    if captions:
        parser.add_argument("--captions", action="store_true", help="write names under the faces")


def still_of(options: argparse.Namespace) -> Still:
    """The form that the options ask for."""
    return Still(options.scale, options.smooth, options.print_width, recipe=not options.no_recipe)
