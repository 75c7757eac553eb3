"""Typed letters find the names that people mean, best first."""

import pytest

from latentstudio.core.fuzzy import match

NAMES = [
    "Save picture...", "Save session", "Save session as...", "Surprise me nearby", "Smile",
    "Seed plane", "Seed plane: a row up", "Next seed", "Previous seed", "Smooth", "Noise",
    "Noise variation", "Open...", "Open mouth", "Face map", "Facial hair", "Random face",
    "Undo Truncation", "Truncation", "Export contact sheet...", "Contact sheet",
]  # fmt: skip


def ranked(query: str) -> list[str]:
    found = [(found.score, name) for name in NAMES if (found := match(query, name))]
    return [name for _, name in sorted(found, key=lambda pair: -pair[0])]


@pytest.mark.parametrize(
    ("query", "best"),
    [
        ("smile", "Smile"),
        ("sp", "Seed plane"),
        ("save pic", "Save picture..."),
        ("picture save", "Save picture..."),
        ("svses", "Save session"),
        ("fm", "Face map"),
        ("face", "Face map"),
        ("NV", "Noise variation"),
        ("noise", "Noise"),
        ("trunc", "Truncation"),
        ("contact", "Contact sheet"),
        ("om", "Open mouth"),
        ("next", "Next seed"),
    ],
)
def test_the_name_that_is_meant_comes_first(query: str, best: str) -> None:
    assert ranked(query)[0] == best


def test_letters_that_are_missing_or_out_of_order_do_not_fit() -> None:
    assert match("elims", "Smile") is None
    assert match("smilex", "Smile") is None
    assert match("smile xyz", "Smile") is None
    assert match("a", "") is None


def test_the_letters_found_are_named() -> None:
    found = match("sp", "Save picture")
    assert found is not None
    assert found.places == (0, 5)
    run = match("pict", "Copy picture")
    assert run is not None
    assert run.places == (5, 6, 7, 8)


def test_nothing_typed_fits_everything_alike() -> None:
    found = match("  ", "Smile")
    assert found is not None
    assert found.places == ()


def test_whole_words_beat_scattered_letters_and_short_names_long_ones() -> None:
    scores = [match("seed", name) for name in ("Next seed", "Save session, edited")]
    assert scores[0] is not None
    assert scores[1] is not None
    assert scores[0].score > scores[1].score
    short, long = match("noise", "Noise"), match("noise", "Noise variation")
    assert short is not None
    assert long is not None
    assert short.score > long.score


def test_long_names_take_no_time() -> None:
    name = "abcdefghij " * 40
    found = match("jjjjjjjjjj", name)
    assert found is not None
    assert len(found.places) == 10
