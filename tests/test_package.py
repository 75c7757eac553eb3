"""What the repository promises: licences, assets in reach, modules that say what they are."""

import ast
from pathlib import Path

import pytest

from latentstudio.resources import asset, bundled_models

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*ROOT.glob("latentstudio/**/*.py"), *ROOT.glob("trainers/**/*.py")])
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_say_what_they_are_and_stay_short(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    words = ast.get_docstring(tree)
    assert words, "no docstring"
    assert words.splitlines()[0].endswith((".", ":", "?")), "the first line is no sentence"
    assert len(text.splitlines()) <= LONGEST_FILE
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"


def test_broad_excepts_are_few() -> None:
    """The engine's loop and the last line of the two commands; nowhere else."""
    found = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException"))
    ]
    assert sorted(found) == [
        "latentstudio/cli.py",
        "latentstudio/engine/engine.py",
        "trainers/__main__.py",
    ]


def test_a_model_is_bundled_and_small() -> None:
    models = bundled_models()
    assert "avatars-dcgan" in models
    assert sum(path.stat().st_size for path in models.values()) < 40e6


def test_licences_are_beside_what_they_cover() -> None:
    assert "SIL OPEN FONT LICENSE" in asset("fonts/OFL.txt").read_text("utf-8").upper()
    assert "ISC" in asset("icons/LICENSE-lucide.txt").read_text("utf-8")
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")
