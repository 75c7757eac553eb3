"""Whose drawings were learned from is said wherever it has to be, with the licences in full."""

import json
from pathlib import Path

import pytest

from latentstudio import credits
from latentstudio.cli import main
from latentstudio.core.bundle import read_card
from latentstudio.resources import bundled_models

ROOT = Path(__file__).parents[1]


def plain(words: str) -> str:
    return " ".join(words.split())


def test_every_bundled_model_is_credited() -> None:
    sentences = {credit.sentence for credit in credits.credits()}
    for path in bundled_models().values():
        assert set(read_card(path).attributions) <= sentences


def test_the_notice_names_every_work_and_says_what_was_changed() -> None:
    words = plain(credits.notice())
    assert credits.notice() == (ROOT / "NOTICE").read_text("utf-8")
    assert len(credits.credits()) >= 8
    for credit in credits.credits():
        named = f"{credit.sentence}. {credits.CHANGED} ({', '.join(credit.networks)})"
        assert named in words, f"NOTICE must have: {named}"


def test_every_licence_named_is_here_in_full() -> None:
    texts = credits.licence_texts()
    assert {credit.licence for credit in credits.credits()} <= set(texts)
    assert "Section 8" in texts["CC BY 4.0"]
    assert "Public License Fallback" in texts["CC0 1.0"]
    for text in texts.values():
        assert text.strip() in credits.in_full()


def test_the_notice_is_shipped_with_the_package() -> None:
    words = (ROOT / "pyproject.toml").read_text("utf-8")
    assert 'NOTICE = "latentstudio/assets/NOTICE"' in words
    assert '"NOTICE"' in words


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["about"]) == 0
    shown = capsys.readouterr().out
    assert "Changed: used to train a network." in shown
    assert "Creative Commons Attribution 4.0 International" in shown
    assert main(["about", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert {work["licence"] for work in data["works"]} <= set(data["licences"])
