"""A picture as a command line: one paste into a shell that draws the same pixels again."""

import re
import shlex
from pathlib import PurePath

from latentstudio.core.picture import Drawn
from latentstudio.core.recipe import Recipe
from latentstudio.core.recipe_json import recipe_text

LONGEST = 4000
"""Characters of a command that carries its recipe; what is longer names a file with it."""

_DEVICES = ("cpu", "cuda", "mps")
_END = "EOF"


def command_of(recipe: Recipe, drawn: Drawn, out: str = "face.png") -> str:
    """The command that draws a recipe given to it on standard input, for any POSIX shell.

    Args:
        recipe: what to draw; its JSON has no line that could end the here-document.
        drawn: on which device and with how many threads, on which the bytes depend.
        out: the picture to write.

    Raises:
        StudioError: the recipe holds what could not be read back.
    """
    begin = _begin("-", drawn, out)
    return f"{begin} <<'{_END}'\n{recipe_text(recipe)}\n{_END}"


def command_with_file(file: PurePath, drawn: Drawn, out: str = "face.png") -> str:
    """The command that draws the recipe in a file; arguments as ``command_of``."""
    return _begin(str(file), drawn, out)


def file_name(title: str, ending: str) -> str:
    """A name for files out of the title of a recipe: ``near-seed-7.json``."""
    return f"{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-') or 'face'}{ending}"


def _begin(source: str, drawn: Drawn, out: str) -> str:
    device = drawn.device.partition(":")[0]
    words = ["latentstudio", "render", source]
    if device in _DEVICES:
        words += ["--device", device]
    words += ["--threads", str(drawn.threads), "--out", out]
    return shlex.join(words)
