"""Recipes as JSON: exact both ways, and a sentence for everything that is not a recipe."""

import base64
import json
from dataclasses import fields, replace

import numpy as np
import pytest

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Noise,
    Recipe,
    Seed,
    Truncation,
    Vector,
    with_psi,
)
from latentstudio.core.recipe_json import (
    MAX_ARRAY_BYTES,
    MAX_TEXT,
    decode,
    encode,
    parse_recipe,
    recipe_text,
)
from tests.core.samples import random_recipe


def test_random_recipes_round_trip() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        recipe = random_recipe(rng)
        assert parse_recipe(recipe_text(recipe)) == recipe


def test_vectors_may_be_kept_elsewhere() -> None:
    rng = np.random.default_rng(2)
    kept: dict[str, Vector] = {}

    def store(vector: Vector) -> str:
        kept[vector.digest] = vector
        return vector.digest

    for _ in range(50):
        recipe = random_recipe(rng)
        data = json.loads(json.dumps(encode(recipe, store)))
        assert decode(data, lambda space, value, where: kept[value]) == recipe


def test_every_field_of_a_recipe_is_written() -> None:
    data = encode(Recipe())
    assert set(data) == {field.name for field in fields(Recipe)}
    for part, kind in (("model", ModelRef), ("truncation", Truncation), ("noise", Noise)):
        assert set(data[part]) == {field.name for field in fields(kind)}


def test_missing_fields_have_their_defaults() -> None:
    assert parse_recipe("{}") == Recipe()
    assert parse_recipe('{"anchors": [{"seed": 5}]}') == Recipe(anchors=(Anchor(Seed(5)),))
    assert parse_recipe('{"truncation": {"psi": 1}}') == Recipe()


def test_numbers_of_numpy_are_written_as_numbers() -> None:
    recipe = Recipe(
        anchors=(Anchor(Seed(np.int64(5)), np.float32(0.5)),),
        truncation=Truncation(np.float64(0.5), np.int64(3)),
        noise=Noise("const", np.uint32(7)),
    )
    assert parse_recipe(recipe_text(recipe)) == recipe


def test_the_path_of_a_model_is_not_written() -> None:
    for name in ("/home/anna/faces/mine", "C:\\Users\\anna\\mine", "hub/owner/mine"):
        recipe = Recipe(model=ModelRef(name, "ab"))
        assert "anna" not in recipe_text(recipe)
        assert parse_recipe(recipe_text(recipe)).model == ModelRef("mine", "ab")


def vector(**changes: object) -> str:
    numbers = np.arange(4, dtype="<f4")
    array = {"shape": [4], "float32": base64.b64encode(numbers).decode()} | changes
    return json.dumps({"anchors": [{"space": "w", "array": array}]})


def packed(values: list[float]) -> str:
    return base64.b64encode(np.array(values, "<f4")).decode()


BROKEN = {
    "": "not JSON",
    "{": "not JSON",
    "[]": "recipe is a list of 0, not an object",
    '"seed"': "recipe is 'seed', not an object",
    "null": "recipe is missing",
    "[" * 100_000: "not JSON",
    '{"truncation": {"psi": NaN}}': "not JSON",
    '{"truncation": {"psi": -Infinity}}': "not JSON",
    '{"truncation": {"psi": 1e999}}': "psi is inf",
    '{"truncation": {"psi": true}}': "psi is True, not a number",
    '{"truncation": {"psi": "0.7"}}': "psi is '0.7', not a number from -10 to 10",
    '{"truncation": {"psi": 11}}': "psi is 11",
    '{"truncation": {"cutoff": 1.5}}': "cutoff is 1.5, not a whole number",
    '{"truncation": {"cutoff": -1}}': "cutoff is -1",
    '{"truncation": 0.7}': "truncation is 0.7, not an object",
    '{"psi": 0.7}': "field 'psi', which is not known",
    '{"blend": "x"}': "blend is 'x', not one of z, w",
    '{"blend": ["z"]}': "blend is a list of 1, not one of",
    '{"anchors": []}': "list of 0, not a list of 1 to",
    '{"anchors": {}}': "anchors is an object, not a list",
    '{"anchors": [5]}': r"anchors\[0\] is 5, not an object",
    '{"anchors": [{}]}': r"anchors\[0\].seed is missing",
    '{"anchors": [{"sede": 1}]}': "Did you mean seed",
    '{"anchors": [{"seed": -1}]}': "seed is -1, not a whole number from 0 to 4294967295",
    '{"anchors": [{"seed": 4294967296}]}': "seed is 4294967296",
    '{"anchors": [{"seed": 1.0}]}': "seed is 1.0, not a whole number",
    '{"anchors": [{"seed": 1%s}]}' % ("0" * 4000): "seed is a huge number",
    '{"anchors": [{"seed": 1%s}]}' % ("0" * 5000): "not JSON",
    '{"anchors": [{"seed": 1, "weight": null}]}': "weight is missing, not a number",
    '{"anchors": [{"seed": 1, "array": 1}]}': "field 'seed'",
    '{"anchors": [{"space": "w", "array": 1}]}': "array is 1, not an object",
    '{"anchors": [{"array": {}}]}': "space is missing",
    '{"classes": [["cat"]]}': r"classes\[0\] is a list of 1, not a list of two",
    '{"classes": {"cat": 1}}': "classes is an object, not a list",
    '{"noise": {"mode": "loud"}}': "not one of const, random, none",
    '{"noise": {"seed": -3}}': "noise.seed is -3",
    '{"model": {"name": 5}}': "model.name is 5, not a text",
    '{"model": {"name": "%s"}}' % ("x" * 500): "not a text of up to 200",
    '{"model": {"name": "a\\u001b[2J"}}': "cannot be shown",
    '{"model": {"name": "\\ud800"}}': "cannot be shown",
    '{"%s": 1}' % ("x" * 1000): "which is not known",
    vector(float32="####"): "not base64",
    vector(float32="é"): "not base64",
    vector(float32=5): "float32 is 5, not a text",
    vector(float32=packed([1, 2, 3])): "12 bytes, which is not what its shape",
    vector(float32=packed([1, 2, 3, np.nan])): "finite numbers",
    vector(float32=packed([1, 2, 3, np.inf])): "finite numbers",
    vector(float32=packed([1, 2, 3, -3e38])): r"array has numbers up to 3e\+38, far beyond",
    vector(shape=[2, 2]): "a w vector has 1 axes",
    vector(shape=[]): "list of 0, not a list of 1 to 2",
    vector(shape=[1, 1, 4]): "list of 3, not a list of 1 to 2",
    vector(shape=[-4]): "shape\\[0\\] is -4",
    vector(shape=[2**19, 2**19]): "not what its shape",
    vector(dtype="object"): "field 'dtype'",
}


@pytest.mark.parametrize(("written", "words"), BROKEN.items(), ids=range(len(BROKEN)))
def test_what_is_no_recipe_is_refused_with_a_reason(written: str, words: str) -> None:
    with pytest.raises(StudioError, match=words) as caught:
        parse_recipe(written)
    assert caught.value.title == "The recipe cannot be read"
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def test_a_vector_of_half_a_megabyte_is_the_largest() -> None:
    largest = Vector("w", np.zeros(MAX_ARRAY_BYTES // 4, np.float32))
    recipe = Recipe(anchors=(Anchor(largest),))
    assert parse_recipe(recipe_text(recipe)) == recipe
    larger = Vector("w", np.zeros(MAX_ARRAY_BYTES // 4 + 1, np.float32))
    with pytest.raises(StudioError, match="more than a latent can have"):
        encode(Recipe(anchors=(Anchor(larger),)))


def test_a_text_without_end_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(StudioError, match="longer than 8 MB"):
        parse_recipe(" " * (MAX_TEXT + 1))


@pytest.mark.parametrize("psi", [np.nan, np.inf, 1e9])
def test_what_could_not_be_read_back_is_not_written(psi: float) -> None:
    with pytest.raises(StudioError, match=r"recipe.truncation.psi is"):
        encode(with_psi(Recipe(), psi))
    with pytest.raises(StudioError, match=r"noise.mode"):
        encode(replace(Recipe(), noise=Noise("loud")))


def test_random_damage_is_refused_or_harmless() -> None:
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(300):
        written = bytearray(recipe_text(random_recipe(rng)).encode())
        for place in rng.integers(len(written), size=3):
            written[place] = rng.integers(256)
        try:
            parse_recipe(bytes(written))
        except StudioError:
            refused += 1
    assert refused > 100
