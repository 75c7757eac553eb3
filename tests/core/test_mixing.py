"""The table of shares: what handles read from it and do to it, and pictures that follow it."""

import numpy as np
import pytest

from latentstudio.core import mixing
from latentstudio.core.document import State
from latentstudio.core.recipe import Anchor, Recipe, Seed, Vector, with_psi
from latentstudio.core.session import Session, parse_session, session_bytes
from latentstudio.core.sources import (
    Source,
    effective,
    followed,
    plain_latent,
    swapped,
    with_source,
    without_vectors,
)
from tests.fakes import fake_info

A, B, C, D = (Seed(n) for n in (1, 2, 3, 4))
INFO = fake_info(layers=12, resolution=128)
LAYERS = INFO.style_layers
COARSE, MIDDLE, FINE = mixing.bands(INFO)


def recipe_of(*anchors: Anchor) -> Recipe:
    return Recipe(anchors=anchors)


def table_of(recipe: Recipe, *latents: Seed | None) -> mixing.Table:
    return mixing.shares(recipe, latents or (A, B, C, D), LAYERS)


def test_bands_are_those_of_the_paper() -> None:
    assert COARSE.layers == (0, 1, 2, 3)
    assert MIDDLE.layers == (4, 5, 6, 7)
    assert FINE.layers == (8, 9, 10, 11)
    assert [band.pixels for band in (COARSE, MIDDLE)] == ["4–8 px", "16–32 px"]


def test_bands_that_a_model_does_not_reach_have_no_layers() -> None:
    small = mixing.bands(fake_info(layers=6, resolution=16))
    assert [len(band.layers) for band in small] == [4, 2, 0]
    assert small[1].pixels == "16 px"
    assert mixing.mixes(fake_info(layers=1))
    assert not mixing.mixes(INFO)


def test_a_table_says_what_each_source_has_in_each_layer() -> None:
    table = table_of(recipe_of(Anchor(A, 1.0), Anchor(B, 3.0)))
    assert table[:, 0] == pytest.approx([0.25, 0.75, 0, 0])
    assert mixing.is_mix(table)
    assert mixing.is_even(table)
    other = table_of(recipe_of(Anchor(Seed(9), 0.5), Anchor(B, 0.5)))
    assert not mixing.is_mix(other)


def test_one_face_may_be_two_sources() -> None:
    table = mixing.shares(recipe_of(Anchor(A, 0.25), Anchor(A, 0.75)), (A, A), 2)
    assert table[:, 0] == pytest.approx([0.25, 0.75])


def test_a_band_is_shared_out_and_reads_the_same() -> None:
    start = recipe_of(Anchor(A))
    mixed = mixing.with_band(start, (A, B, C, D), LAYERS, MIDDLE, (0, 1), 0.8)
    table = table_of(mixed)
    assert mixing.band_share(table, MIDDLE, (0, 1)) == pytest.approx(0.8)
    assert mixing.band_share(table, COARSE, (0, 1)) == 0.0
    assert mixing.band_share(table, MIDDLE, (0, 2)) is None
    assert mixing.position(table) is None
    assert mixed.space == "w"
    assert [a.latent for a in mixed.anchors] == [A, B]


def test_a_band_varies_once_one_of_its_layers_differs() -> None:
    mixed = mixing.with_band(recipe_of(Anchor(A)), (A, B), LAYERS, MIDDLE, (0, 1), 0.8)
    bent = mixing.with_share(mixed, (A, B), LAYERS, 1, MIDDLE.layers[0], 0.1)
    table = mixing.shares(bent, (A, B), LAYERS)
    assert mixing.band_share(table, MIDDLE, (0, 1)) is None
    assert table[:, MIDDLE.layers[0]] == pytest.approx([0.9, 0.1])


def test_back_at_one_source_the_picture_is_that_source() -> None:
    start = recipe_of(Anchor(A))
    there = mixing.with_band(start, (A, B), LAYERS, FINE, (0, 1), 1.0)
    assert mixing.with_band(there, (A, B), LAYERS, FINE, (0, 1), 0.0) == start


def test_a_share_leaves_the_others_their_proportions() -> None:
    start = recipe_of(Anchor(A, 0.6), Anchor(B, 0.2), Anchor(C, 0.2))
    mixed = mixing.with_share(start, (A, B, C), LAYERS, 2, 5, 0.6)
    assert mixing.shares(mixed, (A, B, C), LAYERS)[:, 5] == pytest.approx([0.3, 0.1, 0.6])
    assert mixing.shares(mixed, (A, B, C), LAYERS)[:, 4] == pytest.approx([0.6, 0.2, 0.2])


def test_a_layer_given_up_goes_to_the_first_of_the_others() -> None:
    mixed = mixing.with_share(recipe_of(Anchor(A)), (A, None, C), LAYERS, 0, 3, 0.7)
    assert mixing.shares(mixed, (A, None, C), LAYERS)[:, 3] == pytest.approx([0.7, 0, 0.3])
    assert mixing.with_share(recipe_of(Anchor(A)), (A, None), LAYERS, 0, 3, 0.7) == recipe_of(
        Anchor(A)
    )


def test_a_whole_layer_from_one_source() -> None:
    mixed = mixing.with_layer_source(recipe_of(Anchor(A)), (A, B), LAYERS, 1, 0)
    assert mixing.shares(mixed, (A, B), LAYERS)[1].tolist() == [1.0] + [0.0] * (LAYERS - 1)


def test_another_source_takes_over_a_band() -> None:
    mixed = mixing.with_band(recipe_of(Anchor(A)), (A, B, C), LAYERS, FINE, (0, 1), 0.25)
    taken = mixing.with_taken(mixed, (A, B, C), LAYERS, FINE, 0, 2)
    table = mixing.shares(taken, (A, B, C), LAYERS)
    assert mixing.band_share(table, FINE, (2, 1)) == pytest.approx(0.25)
    assert mixing.band_share(table, COARSE, (0, 1)) == 0.0


def test_from_a_to_b_keeps_the_arc_in_z_until_something_was_mixed() -> None:
    between = mixing.with_position(recipe_of(Anchor(A)), (A, B), LAYERS, 0.3)
    assert between.anchors == (Anchor(A, 0.7), Anchor(B, 0.3))
    assert between.space == "z"
    assert mixing.position(mixing.shares(between, (A, B), LAYERS)) == pytest.approx(0.3)
    mixed = mixing.with_band(between, (A, B), LAYERS, FINE, (0, 1), 1.0)
    even = mixing.with_position(mixed, (A, B), LAYERS, 0.5)
    assert not even.mixed
    assert even.space == "w"


def test_a_source_that_is_gone_has_no_share() -> None:
    there = recipe_of(Anchor(A, 0.5), Anchor(B, 0.5))
    assert mixing.with_weight(there, (A, B), LAYERS, 2, 0.4) == there
    assert mixing.with_weight(there, (A, B, None), LAYERS, 2, 0.4) == there
    assert mixing.with_weight(there, (A, B), LAYERS, 1, 0.4) != there


def test_four_corners_are_bilinear() -> None:
    latents = (A, B, C, D)
    there = mixing.with_corner(recipe_of(Anchor(A)), latents, LAYERS, 0.25, 0.5)
    assert [a.weight for a in there.anchors] == pytest.approx([0.375, 0.125, 0.375, 0.125])
    assert mixing.corner(table_of(there)) == pytest.approx((0.25, 0.5))
    off = mixing.with_weight(there, latents, LAYERS, 3, 0.9)
    assert mixing.corner(table_of(off)) is None
    assert mixing.weights(table_of(off)) is not None
    corner = mixing.with_corner(recipe_of(Anchor(A)), latents, LAYERS, 1.0, 1.0)
    assert corner.anchors == (Anchor(D),)


def test_a_cell_of_the_grid_has_the_chosen_layers_of_its_column() -> None:
    cell = mixing.crossed(recipe_of(Anchor(C)), A, B, FINE.layers, LAYERS)
    table = mixing.shares(cell, (A, B), LAYERS)
    assert table[1].tolist() == [float(layer in FINE.layers) for layer in range(LAYERS)]
    assert mixing.is_mix(table)
    assert mixing.crossed(recipe_of(Anchor(C)), A, B, (), LAYERS).anchors == (Anchor(A),)


def test_handles_begin_with_the_first_source_where_the_picture_is_another_face() -> None:
    other = recipe_of(Anchor(Seed(99)))
    mixed = mixing.with_band(other, (A, B), LAYERS, FINE, (0, 1), 0.5)
    table = mixing.shares(mixed, (A, B), LAYERS)
    assert mixing.is_mix(table)
    assert table[0, 0] == 1.0


# --- sources --------------------------------------------------------------------------------------


def test_sources_are_the_faces_of_the_picture_until_some_are_chosen() -> None:
    recipe = recipe_of(Anchor(A, 0.5), Anchor(B, 0.5))
    assert effective((), recipe) == (Source(A), Source(B), None, None)
    assert effective((None, Source(C)), recipe) == (None, Source(C), None, None)


def test_letters_keep_their_shares_when_faces_are_replaced() -> None:
    recipe = mixing.with_band(recipe_of(Anchor(A)), (A, B), LAYERS, FINE, (0, 1), 0.5)
    old, new = (Source(A), Source(B)), (Source(A), Source(C), Source(D))
    after = followed(recipe, old, new, LAYERS)
    assert mixing.shares(after, (A, C), LAYERS) == pytest.approx(
        mixing.shares(recipe, (A, B), LAYERS)
    )
    gone = followed(recipe, old, (Source(A), None), LAYERS)
    assert gone.anchors == (Anchor(A),)
    elsewhere = recipe_of(Anchor(Seed(99)))
    assert followed(elsewhere, old, new, LAYERS) == elsewhere


def test_all_of_a_layer_whose_source_went_is_of_the_first_that_is_left() -> None:
    recipe = recipe_of(Anchor(B))
    after = followed(recipe, (Source(A), Source(B)), (Source(A), None), LAYERS)
    assert after.anchors == (Anchor(A),)


def test_swap_leaves_locked_faces_where_they_are() -> None:
    assert swapped((Source(A), Source(B))) == (Source(B), Source(A))
    assert swapped((Source(A), None)) == (None, Source(A))
    locked = (Source(A, locked=True), Source(B))
    assert swapped(locked) == locked


def test_places_are_filled_and_emptied() -> None:
    three = with_source((), 2, Source(A))
    assert three == (None, None, Source(A))
    assert with_source(three, 2, None) == ()


def test_a_face_that_needs_no_computing_is_its_latent() -> None:
    into = Recipe()
    assert plain_latent(recipe_of(Anchor(A)), into) == A
    assert plain_latent(recipe_of(Anchor(A), Anchor(B)), into) is None
    assert plain_latent(with_psi(recipe_of(Anchor(A)), 0.5), into) is None


def test_another_model_takes_over_seeds_only() -> None:
    vector = Source(Vector("w", np.zeros(4, np.float32)))
    assert without_vectors((Source(A), vector)) == (Source(A),)
    assert without_vectors((vector,)) == ()


def test_sessions_keep_sources_with_their_places_and_locks() -> None:
    vector = Vector("w+", np.arange(8, dtype=np.float32).reshape(2, 4))
    kept = (Source(A, locked=True), None, Source(vector, "Grin, orange"))
    session = Session((("Start", State()), ("Sources", State(sources=kept))), 1)
    found = parse_session(session_bytes(session))
    assert found.history[1][1].sources == kept
    assert found.history[0][1].sources == ()
