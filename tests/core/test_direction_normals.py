"""Directions that are told by another vector than they lead along: read, step, lock, keep."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from latentstudio.core.direction import (
    Direction,
    gain,
    overlap,
    reading,
    step_along,
    with_reading,
)
from latentstudio.core.direction_file import read_directions, write_directions
from latentstudio.core.document import State
from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.readings import Readings
from latentstudio.core.recipe import Recipe, Span, Vector
from latentstudio.core.session import Session, parse_session, session_bytes

LAYERS, WIDTH = 4, 6
MAPPED = ModelInfo("mapped", "stylegan", 64, WIDTH, WIDTH, style_layers=LAYERS)
RNG = np.random.default_rng(3)
ROOT = RNG.standard_normal((WIDTH, WIDTH)) * np.array([4, 2, 1, 1, 0.5, 0.2])
COVARIANCE = ROOT.T @ ROOT
"""Of faces that spread far in some ways and hardly in others."""


def told(name: str, normal: npt.NDArray[np.float64]) -> Direction:
    """A direction whose vector is the pattern of a normal."""
    normal = normal / np.linalg.norm(normal)
    pattern = COVARIANCE @ normal
    scale = float(np.sqrt(normal @ COVARIANCE @ normal))
    vector = Vector("w", pattern / np.linalg.norm(pattern))
    return Direction(name, vector, 0.3, scale, "attributes", told_by=Vector("w", normal))


SMILE, HAIR, HAT = (told(n, RNG.standard_normal(WIDTH)) for n in ("Smile", "Hair", "Hat"))


def drawn(recipe: Recipe, styles: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Styles with the moves of a recipe."""
    moved = styles.astype(np.float64)
    for move in recipe.moves:
        moved = moved + move.amount * move.vector.array
    return moved.astype(np.float32)


def moved_to(
    direction: Direction, target: float, locked: Sequence[Direction] = ()
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    style = RNG.standard_normal(WIDTH).astype(np.float32)
    styles = np.broadcast_to(style, (LAYERS, WIDTH)).copy()
    step = step_along(direction, LAYERS, locked)
    recipe = with_reading(Recipe(), direction, step, styles, target)
    return styles, drawn(recipe, styles)


def test_a_reading_is_along_the_normal_and_a_step_along_the_pattern() -> None:
    styles, moved = moved_to(SMILE, 1.5)
    assert reading(SMILE, moved) == pytest.approx(1.5, abs=1e-4)
    way = (moved - styles)[0]
    assert abs(way @ SMILE.vector.array) == pytest.approx(float(np.linalg.norm(way)), rel=1e-4)
    assert Readings((SMILE, HAIR), LAYERS).at(moved)[0] == pytest.approx(1.5, abs=1e-4)


def test_a_step_is_one_standard_deviation() -> None:
    step = replace(step_along(SMILE, LAYERS), amount=1.0)
    assert gain(SMILE, step, LAYERS) == pytest.approx(1)


def test_locks_keep_what_is_read_and_stay_among_the_faces() -> None:
    styles, moved = moved_to(SMILE, 2.0, (HAIR, HAT))
    assert reading(SMILE, moved) == pytest.approx(2, abs=1e-3)
    for other in (HAIR, HAT):
        assert reading(other, moved) == pytest.approx(reading(other, styles), abs=1e-3)
    # Of all steps that do so it is the one that the covariance finds most likely.
    normals = np.stack([d.normal.array for d in (SMILE, HAIR, HAT)]).astype(np.float64)
    asked = normals @ (moved - styles)[0].astype(np.float64)
    likeliest = COVARIANCE @ normals.T @ np.linalg.solve(normals @ COVARIANCE @ normals.T, asked)
    np.testing.assert_allclose((moved - styles)[0], likeliest, atol=2e-3)


def test_overlap_is_how_readings_correlate() -> None:
    a, b = (d.normal.array.astype(np.float64) for d in (SMILE, HAIR))
    expected = a @ COVARIANCE @ b / np.sqrt((a @ COVARIANCE @ a) * (b @ COVARIANCE @ b))
    assert overlap(SMILE, HAIR, LAYERS) == pytest.approx(expected, abs=1e-5)
    assert overlap(HAIR, SMILE, LAYERS) == pytest.approx(expected, abs=1e-5)
    assert overlap(SMILE, SMILE, LAYERS) == pytest.approx(1)


def test_overlap_of_plain_vectors_is_their_cosine() -> None:
    a = Direction("A", Vector("w", np.array([1.0, 0, 0, 0, 0, 0])), scale=3.0)
    b = Direction("B", Vector("w", np.array([-0.6, 0.8, 0, 0, 0, 0])), scale=0.5)
    assert overlap(a, b, LAYERS) == pytest.approx(-0.6)


def test_files_and_sessions_keep_the_normal(tmp_path: Path) -> None:
    plain = Direction("Plain", Vector("w", RNG.standard_normal(WIDTH)), span=Span(1, 2, 1))
    both = (SMILE, plain, HAIR)
    path = tmp_path / "mine.directions.safetensors"
    write_directions(path, both)
    assert read_directions(path, MAPPED) == both
    state = State(directions=both)
    session = Session((("Start", state),))
    assert parse_session(session_bytes(session), "a.latent").state.directions == both
    assert SMILE.told_by in state.vectors


def test_a_normal_that_does_not_rise_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "turned.directions.safetensors"
    turned = Vector("w", -SMILE.normal.array)
    write_directions(path, [replace(SMILE, told_by=turned)])
    with pytest.raises(StudioError, match="does not rise along it") as caught:
        read_directions(path, MAPPED)
    assert caught.value.hint


def test_a_direction_of_some_layers_is_read_in_them() -> None:
    part = replace(SMILE, span=Span(1, 2))
    face = np.broadcast_to(RNG.standard_normal(WIDTH), (LAYERS, WIDTH)).astype(np.float32)
    assert reading(part, face) == pytest.approx(reading(SMILE, face), abs=1e-5)
    step = step_along(part, LAYERS)
    assert gain(part, step, LAYERS) == pytest.approx(1)
    recipe = with_reading(Recipe(), part, step, face, 2.0)
    (move,) = recipe.moves
    moved = face.copy()
    moved[1:3] += move.amount * move.vector.array
    assert reading(part, moved) == pytest.approx(2, abs=1e-4)
    assert Readings([part], LAYERS).at(moved)[0] == pytest.approx(2, abs=1e-4)
    # As far in its layers as the whole direction goes in all of them.
    whole = with_reading(Recipe(), SMILE, step_along(SMILE, LAYERS), face, 2.0).moves[0]
    assert move.amount == pytest.approx(whole.amount, rel=1e-4)
