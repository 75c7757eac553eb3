"""Recipes in pictures: every part comes back, and what they name is never opened."""

import io
import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from latentstudio.commands.library import find
from latentstudio.core.errors import StudioError
from latentstudio.core.mask import Mask
from latentstudio.core.paste import Paste, Picture
from latentstudio.core.picture import PictureNote, note_of, png_bytes
from latentstudio.core.recipe import Anchor, ModelRef, Move, Noise, Recipe, Span, Truncation, Vector
from latentstudio.core.recipe_json import encode
from latentstudio.core.still import Still, still_bytes
from tests.core.samples import gradient, random_recipe


def shares(rng: np.random.Generator) -> tuple[float, ...]:
    return tuple(float(share) for share in rng.uniform(-1, 2, int(rng.integers(0, 9))))


def whole_recipe(rng: np.random.Generator, *, pasted: bool = True) -> Recipe:
    """A recipe in which anything can have any value."""
    plain = random_recipe(rng)
    moves = []
    for i in range(rng.integers(4)):
        first = int(rng.integers(9))
        span = Span(first, first + int(rng.integers(9)), int(rng.integers(3)))
        vector = Vector("w", rng.standard_normal(16).astype(np.float32))
        moves.append(Move(f"Way {i} \u00fc", vector, float(rng.normal()), rng.choice([None, span])))
    return replace(
        plain,
        anchors=tuple(replace(anchor, layers=shares(rng)) for anchor in plain.anchors),
        truncation=replace(plain.truncation, resample=bool(rng.integers(2))),
        noise=replace(plain.noise, strength=float(rng.uniform(0, 2)), layers=shares(rng)),
        moves=tuple(moves),
        paste=a_paste(rng) if pasted and rng.random() < 0.5 else None,
    )


def a_paste(rng: np.random.Generator) -> Paste:
    hole = Mask(rng.integers(0, 256, (12, 12), np.uint8))
    photo = Picture(rng.integers(0, 256, (12, 12, 3), np.uint8), "photo \u00fc.jpg")
    face = whole_recipe(rng, pasted=False) if rng.random() < 0.5 else None
    blend = str(rng.choice(["poisson", "feather", "none"]))
    return Paste(hole, None if rng.random() < 0.2 else photo, blend, face)  # type: ignore[arg-type]


@pytest.mark.parametrize("still", [Still(), Still(4, smooth=False, print_mm=80.0)])
def test_every_part_of_a_recipe_comes_back(still: Still) -> None:
    rng = np.random.default_rng(12)
    for _ in range(40):
        note = PictureNote(whole_recipe(rng), photo=True)
        found = note_of(still_bytes(still, gradient(), note))
        assert found is not None
        assert found.recipe == note.recipe


def test_the_random_recipes_have_something_in_every_field() -> None:
    rng = np.random.default_rng(12)
    made = [whole_recipe(rng) for _ in range(40)]
    parts: list[tuple[object, list[Any]]] = [
        (Recipe(), made),
        (Anchor(Recipe().anchors[0].latent), [a for r in made for a in r.anchors]),
        (Truncation(), [r.truncation for r in made]),
        (Noise(), [r.noise for r in made]),
        (Span(0, 0), [m.span for r in made for m in r.moves if m.span]),
        (Paste(Mask.empty(2)), [r.paste for r in made if r.paste]),
    ]
    for plain, found in parts:
        for field in fields(plain):  # type: ignore[arg-type]
            default = getattr(plain, field.name)
            assert any(getattr(one, field.name) != default for one in found), field.name


def test_photographs_stay_at_home() -> None:
    rng = np.random.default_rng(2)
    recipe = replace(whole_recipe(rng), paste=a_paste(rng))
    found = note_of(png_bytes(gradient(), PictureNote(recipe)))
    assert found is not None
    assert found.recipe.paste is not None
    assert found.recipe.paste.picture is None


# --- hostile ones ---------------------------------------------------------------------------------


def carrying(edit: Callable[[dict[str, Any]], object]) -> bytes:
    """A picture whose recipe was changed by hand."""
    note: dict[str, Any] = {"format_version": 1, "recipe": encode(Recipe())}
    edit(note)
    chunks = PngImagePlugin.PngInfo()
    chunks.add_itxt("latentstudio", json.dumps(note), zip=True)
    buffer = io.BytesIO()
    Image.fromarray(gradient()).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


NAMES = ("https://example.org/model.safetensors", "file:///etc/passwd", "/etc/passwd", "hf://a/b/c",
         "\\\\host\\share\\model.pkl")  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["path", "url", "file", "source"])
def test_a_field_that_names_a_file_is_none_of_a_recipe(name: str, field: str) -> None:
    for edit in (
        lambda note: note["recipe"].update({field: name}),
        lambda note: note["recipe"]["model"].update({field: name}),
        lambda note: note["recipe"]["anchors"][0].update({field: name}),
    ):
        with pytest.raises(StudioError, match=rf"field '{field}', which is not known"):
            note_of(carrying(edit))


@pytest.mark.parametrize("name", NAMES)
def test_arrays_and_pictures_are_not_fetched(name: str) -> None:
    anchor = {"space": "w", "array": name}
    with pytest.raises(StudioError, match="not an object"):
        note_of(carrying(lambda note: note["recipe"].update({"anchors": [anchor]})))
    paste = {"mask": name}
    with pytest.raises(StudioError, match=r"not base64|damaged, or no PNG"):
        note_of(carrying(lambda note: note["recipe"].update({"paste": paste})))


def test_a_model_that_is_named_by_a_path_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tmp_path / "model.safetensors"
    model.write_bytes(b"x")
    opened: list[Path] = []
    monkeypatch.setattr("latentstudio.commands.library.read_recents", list)
    whole = Path.open
    monkeypatch.setattr(Path, "open", lambda p, *a, **k: (opened.append(p), whole(p, *a, **k))[1])
    for name in (*NAMES, str(model)):
        with pytest.raises(StudioError, match="No model to draw with"):
            find(ModelRef(name, "ab" * 32))
    assert model not in opened


def test_a_huge_picture_in_a_recipe_is_refused_before_it_is_decoded() -> None:
    import base64

    from tests.core.test_hostile_sessions import png

    mask = base64.b64encode(png(8192, 8192, rgb=False)).decode()
    with pytest.raises(StudioError, match="too many pixels"):
        note_of(carrying(lambda note: note["recipe"].update({"paste": {"mask": mask}})))
