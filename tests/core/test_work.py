"""Strokes, the work on a picture, and pastes: in sessions, in pictures, in the history."""

from dataclasses import replace

import numpy as np
import pytest

from latentstudio.core.crop import Crop
from latentstudio.core.document import Document, State
from latentstudio.core.mask import Mask, preset, with_stroke
from latentstudio.core.paste import Paste, Picture
from latentstudio.core.paste_json import InlineImages, inline_image
from latentstudio.core.picture import PictureNote, note_of, png_bytes
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Noise,
    Recipe,
    Seed,
    Vector,
    with_model,
    with_seed,
)
from latentstudio.core.recipe_json import decode, encode, parse_recipe, recipe_text
from latentstudio.core.search import Filled
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.core.stroke import Stroke
from latentstudio.core.tasks import Projecting, Restoring, curve_counts, measured, most_measurements
from latentstudio.core.work import (
    Work,
    answer,
    finds_class,
    is_same_task,
    mask_at,
    noise_of,
    source_face,
    with_mask,
    with_picture,
)
from latentstudio.core.work_json import work_json, work_reader
from tests.core.test_session import unpacked
from tests.fakes import fake_info

PIXELS = np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype(np.uint8)
PHOTO = Picture(PIXELS, "me.jpg")
MASK = preset("centre", 32, 0.3)
MODEL = ModelRef("mine", "ab")
FACE = Recipe(MODEL, (Anchor(Seed(4)),))
LATENT = Vector("z", np.arange(8, dtype=np.float32))
FOUND = Filled(PIXELS, PIXELS, LATENT, 0.1, 0.2)
PASTED = Recipe(MODEL, (Anchor(LATENT),), paste=Paste(MASK, PHOTO, "feather"))


@pytest.mark.parametrize("erase", [False, True])
@pytest.mark.parametrize("hardness", [0.2, 1.0])
def test_a_stroke_in_pieces_is_the_stroke_as_a_whole(erase: bool, hardness: float) -> None:
    points = [(3.0, 4.0), (20.0, 9.5), (28.0, 40.0)]  # leaves the picture
    before = preset("left half", 32)
    stroke = Stroke(before, 7, hardness, erase)
    seen = np.zeros((32, 32), bool)
    for point in points:
        seen[stroke.to(point)] = True
    assert stroke.mask() == with_stroke(before, points, 7, hardness, erase=erase)
    assert np.array_equal(stroke.levels[~seen], before.levels[~seen])


def test_pressure_makes_the_brush_smaller() -> None:
    shares = []
    for pressure in (0.25, 1.0):
        stroke = Stroke(Mask.empty(32), 16)
        stroke.to((16, 16), pressure)
        shares.append(stroke.mask().share)
    assert shares[1] == pytest.approx(16 * shares[0], rel=0.3)


def test_a_session_keeps_the_work_with_each_picture_once() -> None:
    work = replace(Work(PHOTO, Crop(0.4, 0.5, 1.5, -3), MASK, FACE), blend="none")
    work = replace(work, search=replace(work.search, candidates=5, steps=77, realism=0.3, seed=9))
    states = (
        State(FACE),
        State(FACE, work=with_mask(work, None)),
        State(FACE, work=work),
        State(PASTED, work=work),
    )
    session = Session(tuple((f"Step {i}", state) for i, state in enumerate(states)), 3)
    data = session_bytes(session)
    assert parse_session(data) == session
    assert len([name for name in unpacked(data) if name.startswith("pictures/")]) == 2


def test_a_recipe_carries_its_paste() -> None:
    for recipe in (PASTED, replace(PASTED, paste=Paste(MASK, None, "none", FACE))):
        assert decode(encode(recipe)) == recipe
        assert parse_recipe(recipe_text(recipe)) == recipe


def test_a_picture_keeps_the_photo_to_itself_unless_it_is_told() -> None:
    note = note_of(png_bytes(PIXELS, PictureNote(PASTED)))
    assert note is not None
    assert note.recipe.paste is not None
    assert note.recipe.paste.missing
    assert note.recipe.paste.mask == MASK
    told = note_of(png_bytes(PIXELS, PictureNote(PASTED, photo=True)))
    assert told is not None
    assert told.recipe == PASTED
    of_face = replace(PASTED, paste=Paste(MASK, PHOTO, "feather", FACE))
    kept = note_of(png_bytes(PIXELS, PictureNote(of_face)))
    assert kept is not None
    assert kept.recipe.paste is not None
    assert not kept.recipe.paste.missing
    assert kept.recipe.paste.face == FACE


def test_an_answer_is_a_recipe() -> None:
    work = with_mask(with_picture(Work(), PHOTO), MASK)
    recipe = answer(MODEL, FOUND, work, 32)
    assert recipe.anchors == (Anchor(LATENT),)
    assert recipe.paste == Paste(MASK, PHOTO)
    of_face = answer(MODEL, FOUND, with_picture(work, PHOTO, FACE), 32)
    assert of_face.paste is not None
    assert of_face.paste.face == FACE
    larger = answer(MODEL, FOUND, with_picture(work, PHOTO, FACE), 64)
    assert larger.paste is not None
    assert larger.paste.face is None  # it has other pixels
    assert larger.paste.mask.levels.shape == (64, 64)


def test_another_face_leaves_the_picture() -> None:
    assert with_seed(PASTED, 3).paste is None
    assert with_model(PASTED, fake_info()).paste is None
    assert source_face(PASTED) is None
    assert source_face(FACE) == FACE


def test_masks_of_another_size_are_scaled() -> None:
    assert mask_at(Work(mask=MASK), 64).share == pytest.approx(MASK.share, abs=0.02)
    assert not mask_at(Work(), 16).hole.any()


def test_pictures_count_once_in_the_history() -> None:
    state = State(FACE, work=Work(PHOTO))
    assert state.nbytes == PIXELS.nbytes
    painted = replace(state, work=with_mask(state.work, MASK))
    assert painted.nbytes_beyond(state) == 32 * 32
    document = Document(state)
    document.edit("Stroke", lambda _s: painted)
    document.undo()
    assert document.state.work.mask is None


RESTORING = Restoring("sensing", 8, 12.5, 0.3, 640, keep=False)
PROJECTING = Projecting("w", 90, 4, 0.01, tune_noise=True, seed=5, features="none")


def test_a_session_keeps_what_tasks_are_told_and_older_ones_have_the_defaults() -> None:
    work = Work(PHOTO, task="project", restore=RESTORING, project=PROJECTING, find_class=False)
    session = Session((("One", State(FACE, work=work)),), 0)
    assert parse_session(session_bytes(session)) == session
    record = work_json(Work(PHOTO), lambda _v: None, inline_image)
    del record["restore"], record["project"], record["find_class"]
    read = work_reader(lambda _space, _v, _w: LATENT, InlineImages())
    assert read(record, "work") == Work(PHOTO)


def test_answers_of_other_tasks_are_plain_faces() -> None:
    work = with_mask(with_picture(Work(), PHOTO), MASK)
    for task in ("restore", "project"):
        recipe = answer(MODEL, FOUND, replace(work, task=task), 32)
        assert recipe == Recipe(MODEL, (Anchor(LATENT),))


def test_answers_are_drawn_with_the_noise_of_the_face_that_is_worked_on() -> None:
    noise = Noise(seed=7, strength=0.5)
    work = with_mask(with_picture(Work(), PHOTO, replace(FACE, noise=noise)), MASK)
    for task in ("inpaint", "restore", "project"):
        assert answer(MODEL, FOUND, replace(work, task=task), 32).noise == noise
    other = ModelRef("other", "cd")
    assert noise_of(work, other) == noise_of(with_picture(work, PHOTO), MODEL) == Noise()


def test_classes_are_tried_for_a_picture_that_the_model_has_not_drawn() -> None:
    of_face, photo = with_picture(Work(), PHOTO, FACE), with_picture(Work(), PHOTO)
    other = ModelRef("other", "cd")
    defaults = [(Work(), MODEL), (of_face, MODEL), (of_face, other), (photo, MODEL)]
    assert [finds_class(*one) for one in defaults] == [False, False, True, True]
    assert finds_class(replace(of_face, find_class=True), MODEL)
    assert not finds_class(replace(photo, find_class=False), MODEL)


def test_what_makes_another_task_of_a_work() -> None:
    work = with_mask(with_picture(Work(), PHOTO), MASK)
    restored = replace(work, task="restore")
    assert not is_same_task(work, with_mask(work, None))
    assert is_same_task(restored, with_mask(restored, None))
    assert not is_same_task(restored, replace(restored, restore=RESTORING))
    assert not is_same_task(restored, work)
    assert is_same_task(work, replace(work, search=replace(work.search, seed=9)))


def test_measurements_stay_within_memory() -> None:
    assert most_measurements(16) == 3 * 16 * 16
    for side in (64, 128, 256, 1024):
        assert most_measurements(side) * 3 * side * side * 4 <= max(256 * 2**20, 40 * 3 * side**2)
    assert measured(replace(RESTORING, measurements=10**6), 128) == most_measurements(128)
    assert curve_counts(500) == (15, 31, 62, 125, 250, 500)
    assert curve_counts(10) == (10,)
