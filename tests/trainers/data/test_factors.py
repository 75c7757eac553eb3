"""The tables agree with the styles that are installed, and with themselves."""

import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import pytest
from dicebear import Style

from latentstudio.core.errors import StudioError
from latentstudio.data.factor import HIDDEN, UNCLEAR, Factor
from trainers.data.factors import (
    load_table,
    read_factors,
    style_names,
    varying_factors,
    vocabulary,
)

STYLES = style_names()
STILL = {"rotate": 0.0, "scale": 1.0, "translateX": 0.0, "translateY": 0.0, "flip": "none"}
PERSONA = {
    **STILL,
    "clothesVariant": "small",
    "eyesVariant": "open",
    "hairVariant": "bobCut",
    "mouthVariant": "frown",
    "noseVariant": "wrinkles",
    "backgroundColor": "ffd5dc",
    "clothingColor": "7555ca",
    "hairColor": "362c47",
    "facialHairColor": "362c47",
    "skinColor": "eeb4a4",
}


def definition(style: str) -> dict[str, Any]:
    text = (resources.files("dicebear_styles") / f"{style}.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def labels_of(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every pair of factor and value that a table can give."""
    yield from table["constant"].items()
    for component in table["components"].values():
        yield from component.get("absent", {}).items()
        for variant in component["variants"].values():
            yield from ((k, v) for k, v in variant.items() if k not in ("weight", "excluded"))
    for colour in table["colours"].values():
        if "factor" in colour:
            yield from ((colour["factor"], value) for value in colour["values"].values())
    for rule in table["rules"]:
        yield from rule["set"].items()
        yield from ((k, v) for k, values in rule.get("read", {}).items() for v in values)


def test_all_styles_have_a_table() -> None:
    assert len(STYLES) == 18
    assert {"personas", "toon-head", "dylan", "micah", "big-smile"} <= set(STYLES)


@pytest.mark.parametrize("style", STYLES)
def test_every_variant_is_mapped_once(style: str) -> None:
    components = Style(definition(style)).components()
    table = load_table(style)["components"]
    assert table.keys() == components.keys()
    for name, component in components.items():
        assert table[name]["variants"].keys() == component.variants().keys()


@pytest.mark.parametrize("style", STYLES)
def test_a_variant_is_drawn_or_says_why_not(style: str) -> None:
    for component in load_table(style)["components"].values():
        drawn = [variant["weight"] for variant in component["variants"].values()]
        assert any(drawn) or not component["chance"]
        for variant in component["variants"].values():
            assert (variant["weight"] == 0) == bool(variant.get("excluded"))


@pytest.mark.parametrize("style", STYLES)
def test_values_are_in_the_vocabulary(style: str) -> None:
    words = vocabulary()
    for factor, value in labels_of(load_table(style)):
        assert words[factor].kind == "category"
        assert value in {*words[factor].values, HIDDEN, UNCLEAR}, (factor, value)


@pytest.mark.parametrize("style", STYLES)
def test_rules_name_what_exists(style: str) -> None:
    table = load_table(style)
    for rule in table["rules"]:
        for key, accepted in rule.get("drawn", {}).items():
            if key.endswith("Color"):
                assert set(accepted) <= set(table["colours"][key]["values"])
            else:
                assert set(accepted) <= set(table["components"][key]["variants"])


@pytest.mark.parametrize("style", STYLES)
def test_licence_is_free_and_as_the_style_gives_it(style: str) -> None:
    table, meta = load_table(style), definition(style)["meta"]
    assert table["licence"]["name"] in {"CC0 1.0", "CC BY 4.0"}
    assert table["licence"]["name"] == meta["license"]["name"]
    assert table["creator"]["name"] == meta["creator"]["name"]
    assert table["source"] == meta["source"]
    for part in (table["creator"]["name"], table["source"]["url"], table["licence"]["name"]):
        assert part in table["attribution"]


@pytest.mark.parametrize("style", STYLES)
def test_pose_is_within_the_vocabulary(style: str) -> None:
    words = vocabulary()
    names = {"rotate": "rotate", "scale": "scale", "translateX": "shift_x", "translateY": "shift_y"}
    for option, span in load_table(style)["pose"].items():
        low, high = words[names[option]].range
        values = span["steps"] if isinstance(span, dict) else span
        assert low <= min(values) <= max(values) <= high


def test_unknown_style_names_the_nearest() -> None:
    with pytest.raises(StudioError, match="Did you mean personas"):
        load_table("persona")


def test_a_plain_persona() -> None:
    shown = read_factors(load_table("personas"), PERSONA)
    expected = {
        "mouth": "sad",
        "teeth": "no",
        "eyes": "open",
        "glasses": "none",
        "facial_hair": "none",
        "hair_length": "medium",
        "hair_colour": "black",
        "skin_tone": "light",
        "clothes_colour": "purple",
        "background": "rose",
        "eyebrows": "none",
        "mirror": "no",
    }
    assert expected.items() <= shown.items()


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ({"facialHairVariant": "walrus"}, {"mouth": UNCLEAR, "facial_hair": "moustache"}),
        ({"facialHairVariant": "beardMustache"}, {"mouth": "smile", "teeth": "yes"}),
        ({"facialHairVariant": "soulPatch"}, {"facial_hair": UNCLEAR, "mouth": "sad"}),
        ({"hairVariant": "cap"}, {"hat": "yes", "hair_colour": HIDDEN, "hair_length": "covered"}),
        ({"hairVariant": "bald"}, {"hair_colour": HIDDEN, "hair_length": "bald"}),
        (
            {"facialHairVariant": "goatee", "hairColor": "6c4545", "skinColor": "623d36"},
            {"facial_hair": UNCLEAR},
        ),
        ({"hairColor": "6c4545", "skinColor": "623d36"}, {"facial_hair": "none"}),
        ({"flip": "horizontal", "rotate": 3.5}, {"mirror": "yes", "rotate": 3.5}),
    ],
)
def test_what_hides_what(drawn: dict[str, Any], expected: dict[str, Any]) -> None:
    assert expected.items() <= read_factors(load_table("personas"), PERSONA | drawn).items()


def test_a_mirrored_figure_faces_the_other_side() -> None:
    table = load_table("micah")
    still = {f"{name}Variant": next(iter(c["variants"])) for name, c in table["components"].items()}
    assert read_factors(table, {**still, **STILL})["facing"] == "right"
    assert read_factors(table, {**still, **STILL, "flip": "horizontal"})["facing"] == "left"


def test_codes_go_both_ways() -> None:
    mouth = Factor("mouth", "category", values=("smile", "sad"))
    turn = Factor("rotate", "number", range=(-10, 10))
    assert [mouth.code(value) for value in ("sad", HIDDEN, UNCLEAR, None)] == [1, -1, -2, -1]
    assert [mouth.value(code) for code in (0, 1, -1, -2)] == ["smile", "sad", HIDDEN, UNCLEAR]
    assert turn.value(turn.code(-2.0)) == -2.0


def test_varying_factors_are_narrowed_to_the_styles() -> None:
    alone = {factor.name: factor for factor in varying_factors([load_table("personas")])}
    assert alone["mouth"].values == ("smile", "neutral", "sad", "open")
    assert "style" not in alone
    assert "eyebrows" not in alone
    both = varying_factors([load_table("personas"), load_table("dylan")])
    assert next(f for f in both if f.name == "style").values == ("dylan", "personas")
