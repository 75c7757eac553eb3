"""Faces are drawn as the tables say, the same for the same index, whole and in colour."""

from collections import Counter

import numpy as np
import pytest
from dicebear import Avatar

from latentstudio.core.errors import StudioError
from latentstudio.data.factor import HIDDEN
from trainers.data import avatars
from trainers.data.avatars import Avatars, draw_options, parse_avatars, render
from trainers.data.factors import load_table, read_factors, style_names, vocabulary

STYLES = style_names()


@pytest.mark.parametrize("style", STYLES)
def test_nothing_excluded_in_300_draws(style: str) -> None:
    table = load_table(style)
    for index in range(300):
        options = draw_options(style, index)
        for name, component in table["components"].items():
            variant = options.get(f"{name}Variant")
            assert variant is None or component["variants"][variant]["weight"] > 0
            assert variant is not None or component["chance"] < 100
        for name, colour in table["colours"].items():
            for other in colour.get("differs_from", ()):
                assert options[name] != options.get(other)


@pytest.mark.parametrize("style", STYLES)
def test_labels_of_300_draws_are_in_the_vocabulary(style: str) -> None:
    faces = Avatars((style,))
    words = vocabulary()
    for index in range(300):
        for factor, value in faces.describe(index).items():
            assert words[factor].value(words[factor].code(value)) == value


@pytest.mark.parametrize("style", STYLES)
def test_dicebear_draws_what_was_asked_for(style: str) -> None:
    table = load_table(style)
    for index in range(12):
        options = draw_options(style, index)
        asked = avatars._as_dicebear(style, options)
        drawn = Avatar(avatars._load_style(style), asked).to_json()["options"]
        shown = read_factors(table, options)
        for name, component in table["components"].items():
            variant = options.get(f"{name}Variant")
            if drawn.get(f"{name}Variant") != variant:  # its place is not in the hair drawn
                decided = component["variants"][variant].keys() - {"weight"}
                assert f"{name}Variant" not in drawn
                assert {shown[factor] for factor in decided} == {HIDDEN}
        for name in drawn.keys() & table["colours"].keys():
            assert drawn[name] == [f"#{options[name]}"]
        for name in (*table["pose"], "flip"):
            assert drawn[name] == options[name]


@pytest.mark.parametrize("style", STYLES)
def test_pictures_are_whole(style: str) -> None:
    options = draw_options(style, 3, pose=0.0)
    picture = render(style, options, 32)
    assert picture.shape == (32, 32, 3)
    assert picture.dtype == np.uint8
    background = bytes.fromhex(options["backgroundColor"])
    assert np.abs(picture[0, 0].astype(int) - list(background)).max() <= 1
    assert picture.std() > 10


def test_the_same_index_gives_the_same_bytes() -> None:
    faces, again = Avatars(("personas", "dylan")), Avatars(("personas", "dylan"))
    for index in (0, 1, 10**9):
        assert np.array_equal(faces.image(index, 32), again.image(index, 32))
    assert not np.array_equal(faces.image(0, 32), faces.image(2, 32))


def test_styles_take_turns() -> None:
    faces = Avatars(("personas", "dylan", "micah"))
    assert [faces.describe(index)["style"] for index in range(4)] == [
        "personas", "dylan", "micah", "personas",
    ]  # fmt: skip
    assert faces.classes == ("personas", "dylan", "micah")
    arrays = faces.job(4, 3)(16)
    assert arrays["labels"].tolist() == [1, 2, 0]
    assert arrays["images"].shape == (3, 16, 16, 3)


def test_mouths_are_balanced() -> None:
    faces = Avatars(("personas",))
    mouths = Counter(faces.describe(index)["mouth"] for index in range(1000))
    assert all(mouths[value] > 100 for value in ("smile", "sad", "neutral", "open"))


def test_pose_is_scaled() -> None:
    for index in range(50):
        still = draw_options("personas", index, pose=0.0)
        assert (still["rotate"], still["translateX"], still["flip"]) == (0, 0, "none")
        assert still["scale"] == pytest.approx(1.075)
        half, full = draw_options("personas", index, 0.5), draw_options("personas", index)
        assert abs(half["rotate"]) <= 5
        assert half["rotate"] == pytest.approx(full["rotate"] / 2, abs=1e-3)
        assert 3 <= full["translateY"] <= 8
    assert draw_options("pixel-art", 0)["translateX"] in (-6.25, 0, 6.25)


def test_mirrored_figures_move_the_other_way() -> None:
    for index in range(50):
        options = draw_options("miniavs", index)
        assert (options["translateX"] < 0) == (options["flip"] == "horizontal")


def test_specs() -> None:
    assert parse_avatars("avatars:personas, dylan?pose=0.5") == Avatars(("personas", "dylan"), 0.5)
    assert Avatars(("dylan",), 0.5).name == "avatars:dylan?pose=0.5"
    assert Avatars(("dylan",)).name == "avatars:dylan"
    assert "Natalia Spivak" in Avatars(("dylan",)).attributions[0]
    assert Avatars(("dylan", "notionists", "personas")).licence == "CC BY 4.0, CC0 1.0"


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("avatars:personnas", "Did you mean personas"),
        ("avatars:", "No drawing style"),
        ("avatars:dylan?tilt=1", "Unknown option"),
        ("avatars:dylan?pose=2", "0 to 1"),
        ("avatars:dylan?pose=much", "0 to 1"),
    ],
)
def test_wrong_specs(spec: str, told: str) -> None:
    with pytest.raises(StudioError, match=told):
        parse_avatars(spec)


def test_identity_tells_sets_apart() -> None:
    one, other = Avatars(("dylan",)), Avatars(("dylan",), 0.5)
    assert one.identity() == Avatars(("dylan",)).identity()
    assert one.identity() != other.identity()
    assert "dicebear-styles" in one.identity()
