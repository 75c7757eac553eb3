"""The documentation against the code: its links, command lines, keys, names and messages."""

import argparse
import ast
import importlib
import importlib.util
import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from latentstudio.commands import COMMANDS
from latentstudio.commands.arguments import Parser, add_common
from latentstudio.core.version import __version__
from latentstudio.ui.actions import ACTIONS
from trainers.__main__ import _COMMANDS as TRAIN_COMMANDS
from trainers.__main__ import _train_arguments

ROOT = Path(__file__).parents[1]
GUIDE = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *GUIDE]

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
BOLD = re.compile(r"\*\*([^*\n]+(?:\*[^*\n]+)*)\*\*")
SLANTED = re.compile(r"(?<![*\w])\*([^*\n]+)\*(?![*\w])")

KEY_NAMES = (
    "Ctrl", "Shift", "Alt", "Space", "Return", "Enter", "Esc", "Tab", "Delete", "Home", "End",
    "Left", "Right", "Up", "Down", "Page Up", "Page Down",
)  # fmt: skip
A_KEY = re.compile(
    rf"^(?:(?:Ctrl|Shift|Alt)\+)*(?:[A-Z0-9]|F\d{{1,2}}|[^\w\s]|{'|'.join(KEY_NAMES)})$"
)
OWN_KEYS = {
    # of whatever has the focus, of dialogs and of the terminal: no commands of the window
    "Ctrl", "Shift", "Alt", "Esc", "Tab", "Shift+Tab", "Delete", "Home", "End", "Page Up",
    "Page Down", "Ctrl+Left", "Ctrl+Right",
}  # fmt: skip
NO_NAMES = {"what stands in the window is slanted"}
"""Slanted words that name nothing in the window."""

OPTIONLESS = ("latentstudio", "latentstudio-train")
SOURCES = ("latentstudio", "trainers")


def plain(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text("utf-8"))


def ids(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchor(heading: str) -> str:
    """What a heading is called in a link."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


# --- links and pictures ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(plain(page)):
        if "://" in target:
            continue
        name, _, place = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.exists(), f"{page.name}: {target}"
        if place:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
            assert place in map(anchor, headings), f"{page.name}: {target}"


def test_every_page_is_in_the_index() -> None:
    linked = set(LINK.findall(plain(ROOT / "docs" / "README.md")))
    assert {page.name for page in GUIDE} - {"README.md"} <= linked


def test_pictures_of_the_guide_are_small() -> None:
    for picture in (ROOT / "assets" / "pictures").glob("*-dark.png"):
        assert picture.stat().st_size <= 400 * 1024, picture.name


# --- command lines --------------------------------------------------------------------------------


def command_lines(page: Path) -> list[str]:
    """Whole command lines, from blocks of code; what stands behind two spaces is an explanation."""
    lines = []
    for block in FENCE.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            words = re.sub(r"^\.venv/bin/", "", line.strip())
            if words.split(" ")[0] in OPTIONLESS:
                lines.append(re.split(r" {2,}", words)[0])
    return lines


@cache
def parser_of(program: str, name: str) -> tuple[argparse.ArgumentParser, bool]:
    """The parser of a command, and whether its name is to be left out of what it reads."""
    if program == "latentstudio-train":
        parser = argparse.ArgumentParser(name, exit_on_error=False, allow_abbrev=False)
        TRAIN_COMMANDS.get(name, _train_arguments)(parser)
        for option in ("--json", "--debug"):
            parser.add_argument(option, action="store_true")
        return parser, True
    parser = Parser(name)
    if name in COMMANDS:
        importlib.import_module(f"latentstudio.commands.{name}").add_arguments(parser)
        add_common(parser)
        return parser, True
    importlib.import_module("latentstudio.commands.window").add_arguments(parser)
    parser.add_argument("--version", action="store_true")
    return parser, False


def known_options(parser: argparse.ArgumentParser) -> set[str]:
    return set(parser._option_string_actions)


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_command_lines_are_understood(page: Path) -> None:
    for line in command_lines(page):
        program, *words = shlex.split(line)
        name = words[0] if words else ""
        if program == "latentstudio-train" and name not in TRAIN_COMMANDS:
            assert name in preset_names(), line
        if "--help" in words:
            assert name in ("--help", *COMMANDS), line
            continue
        parser, named = parser_of(program, name)
        _, rest = parser.parse_known_args(words[1:] if named else words)
        assert not rest, line


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_commands_in_sentences_exist(page: Path) -> None:
    for code in CODE.findall(plain(page)):
        program, *words = code.split(" ")
        if program not in OPTIONLESS or not words:
            continue
        name = words[0]
        known = COMMANDS if program == "latentstudio" else TRAIN_COMMANDS
        file = "." in name or name.startswith("-") or name.isupper()
        assert file or name in known or name in preset_names(), f"{page.name}: {code}"
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= known_options(parser_of(program, name)[0]), f"{page.name}: {code}"


@pytest.mark.parametrize("page", GUIDE, ids=ids)
def test_options_in_sentences_exist(page: Path) -> None:
    every = {"--help", "--index-url", "--extra-index-url", "--noconfirm"}
    for name in COMMANDS:
        every |= known_options(parser_of("latentstudio", name)[0])
    for name in ("", *TRAIN_COMMANDS):
        every |= known_options(parser_of("latentstudio-train", name)[0])
    for code in CODE.findall(plain(page)):
        if code.startswith("--"):
            assert code.split(" ")[0] in every, f"{page.name}: {code}"


@cache
def preset_names() -> set[str]:
    return {path.stem for path in (ROOT / "trainers" / "presets").glob("*.yaml")}


# --- keys and names of the window -----------------------------------------------------------------


@pytest.mark.parametrize("page", [ROOT / "README.md", *GUIDE], ids=ids)
def test_keys_are_those_of_the_window(page: Path) -> None:
    known = {key for action in ACTIONS for key in action.keys} | OWN_KEYS
    for words in BOLD.findall(plain(page)):
        if A_KEY.match(words):
            assert words in known, f"{page.name}: {words}"


def test_the_keyboard_page_has_every_command() -> None:
    spec = importlib.util.spec_from_file_location("docs_keys", ROOT / "docs" / "keys.py")
    assert spec is not None
    assert spec.loader is not None
    keys = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(keys)
    text = keys.PAGE.read_text("utf-8")
    assert text == keys.page(text), "run python docs/keys.py"


@pytest.mark.parametrize("page", GUIDE, ids=ids)
def test_what_is_slanted_stands_in_the_window(page: Path) -> None:
    known = words_of_the_source()
    text = BOLD.sub("", CODE.sub("", plain(page)))
    for words in SLANTED.findall(re.sub(r"\n(?=\S)", " ", text)):
        assert words in known or words in NO_NAMES, f"{page.name}: {words}"


# --- messages -------------------------------------------------------------------------------------


@cache
def texts_of_the_source() -> tuple[str, ...]:
    """Every text of the source; what is filled in at run time is ``{}``."""
    found = set()
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (p.value if isinstance(p, ast.Constant) else "{}" for p in node.values)
                    found.add("".join(map(str, parts)))
    return tuple(found)


@cache
def words_of_the_source() -> str:
    names = (path.read_text("utf-8") for path in (ROOT / "latentstudio").rglob("*.json"))
    return "\n".join((*texts_of_the_source(), *direction_names(), *names))


def direction_names() -> tuple[str, ...]:
    """Of the bundled models, from their cards."""
    from latentstudio.core.bundle import read_card

    models = (ROOT / "assets" / "models").glob("*.safetensors")
    return tuple(d.name for model in models for d in read_card(model).directions)


def test_messages_are_those_of_the_studio() -> None:
    page = ROOT / "docs" / "troubleshooting.md"
    known = "\n".join(texts_of_the_source())
    quoted = [code for code in CODE.findall(plain(page)) if is_message(code)]
    assert len(quoted) > 60
    for code in quoted:
        message = re.sub(r"'?\b(?:[A-Z]{4,}|N)\b'?", hole, code)
        assert message in known, code


def is_message(code: str) -> bool:
    """Whether a piece of code is a sentence: not a name, a command or an option."""
    return " " in code and not code.startswith(("latentstudio", "make", "--", "error:"))


def hole(match: re.Match[str]) -> str:
    """A name in capitals is a place of the text; words that the program writes so stay."""
    if match[0] in ("DISPLAY", "WAYLAND_DISPLAY"):
        return match[0]
    return "'{}'" if match[0].startswith("'") else "{}"


# --- the citation ---------------------------------------------------------------------------------


def test_the_citation_is_of_this_version() -> None:
    import yaml

    found = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    assert found["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(found)
    assert found["authors"] == [{"name": "The Latent Studio authors"}]
    assert found["version"] == __version__
    assert found["license"] == "MIT"
    assert f"version {__version__}" in (ROOT / "docs" / "citing.md").read_text("utf-8")
