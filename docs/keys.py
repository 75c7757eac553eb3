"""Writes the tables of all commands and their keys into docs/keyboard.md.

python docs/keys.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from latentstudio.ui.actions import ACTIONS, MENUS, Action

PAGE = Path(__file__).parent / "keyboard.md"
FIRST = "### File\n"
"""Where the tables begin; they go on to the end of the page."""


def tables() -> str:
    """A table for each menu."""
    return "\n".join(_table(menu) for menu in MENUS)


def page(text: str) -> str:
    """The page with the tables of today."""
    return text[: text.index(FIRST)] + tables()


def _table(menu: str) -> str:
    lines = [_line(action) for action in ACTIONS if action.menu == menu]
    head = f"### {menu}\n\n| key | command | what it does |\n|---|---|---|\n"
    return head + "\n".join(lines) + "\n"


def _line(action: Action) -> str:
    keys = " or ".join(f"**{key}**" for key in action.keys)
    words = action.help if action.help[1:2].isupper() else action.help[:1].lower() + action.help[1:]
    return f"| {keys} | {action.text.removesuffix('...')} | {words} |"


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
