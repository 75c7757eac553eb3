"""The face map: its axes, faces that do not overlap, arrows, and the file that keeps it."""

from pathlib import Path

import numpy as np
import pytest

from latentstudio.core import face_map as maps
from latentstudio.core.face_map import make_map, neighbour, pushed_apart


def blobs(count: int = 104, length: int = 24) -> np.ndarray:
    """Features that differ most along their first two numbers."""
    features = np.random.default_rng(5).normal(size=(count, length))
    features[:, 0] *= 9
    features[:, 1] *= 5
    return features


def test_the_axes_are_the_directions_of_most_difference() -> None:
    features = blobs()
    found = make_map(range(104), features, pictures=False)
    assert abs(np.corrcoef(found.places[:, 0], features[:, 0])[0, 1]) > 0.99
    assert abs(np.corrcoef(found.places[:, 1], features[:, 1])[0, 1]) > 0.98
    assert found.places.std(0) == pytest.approx([1.0, 1.0], abs=0.02)


def test_a_face_of_the_map_lies_on_its_own_place() -> None:
    features = blobs()
    found = make_map(range(104), features, pictures=False)
    assert np.allclose(found.place(features[17]), found.places[17])
    others = found.with_faces([500, 501], features[:2])
    assert others.seeds == (500, 501)
    assert np.allclose(others.places, found.places[:2])


def test_the_same_faces_lie_on_the_same_side() -> None:
    features = blobs()
    one = make_map(range(104), features, pictures=False)
    other = make_map(range(104), features[:, ::-1], pictures=False)
    assert np.allclose(one.places, other.places)


@pytest.mark.parametrize("size", [(1086.0, 720.0), (248.0, 170.0), (420.0, 900.0)])
def test_no_two_faces_overlap_and_all_are_inside(size: tuple[float, float]) -> None:
    found = make_map(range(104), blobs(), pictures=False)
    wished = maps.diameter_for(104, *size)
    centres, diameter = pushed_apart(found.homes(found.places, *size, wished), *size, wished)
    distance = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    assert distance.min() >= diameter - 1e-9
    assert diameter > 0.9 * wished
    assert (centres >= diameter / 2 - 1e-6).all()
    assert (centres <= np.array(size) - diameter / 2 + 1e-6).all()


def test_faces_that_lie_left_stay_left() -> None:
    found = make_map(range(104), blobs(), pictures=False)
    places, wished = found.places, maps.diameter_for(104, 1000, 700)
    centres, _ = pushed_apart(found.homes(places, 1000, 700, wished), 1000, 700, wished)
    assert np.corrcoef(places[:, 0], centres[:, 0])[0, 1] > 0.9
    assert np.corrcoef(places[:, 1], -centres[:, 1])[0, 1] > 0.9


def test_faces_on_one_spot_are_parted_the_same_way_each_time() -> None:
    heap = np.full((30, 2), 200.0)
    one, diameter = pushed_apart(heap, 400, 400, 40)
    two, _ = pushed_apart(heap, 400, 400, 40)
    assert (one == two).all()
    assert diameter > 30


def test_where_there_is_no_room_faces_shrink() -> None:
    heap = np.full((50, 2), 50.0)
    centres, diameter = pushed_apart(heap, 100, 100, 40)
    assert 5 < diameter < 20
    assert len(centres) == 50


def test_a_point_goes_with_the_face_it_is_on() -> None:
    before = np.array([[0.0, 0.0], [10.0, 0.0]])
    after = np.array([[0.0, 5.0], [10.0, -5.0]])
    assert maps.carried(before[0], before, after) == pytest.approx([0.0, 5.0], abs=1e-3)
    assert maps.carried(np.array([5.0, 0.0]), before, after) == pytest.approx([5.0, 0.0], abs=1e-3)


def test_arrows_go_to_the_nearest_face_ahead() -> None:
    centres = np.array([[0.0, 0.0], [10.0, 1.0], [4.0, 9.0], [-3.0, 0.0], [30.0, 0.0]])
    assert neighbour(centres, 0, (1, 0)) == 1
    assert neighbour(centres, 0, (0, 1)) == 2
    assert neighbour(centres, 0, (-1, 0)) == 3
    assert neighbour(centres, 4, (1, 0)) == 4


def test_noise_says_little_and_a_style_space_much() -> None:
    noise = np.random.default_rng(1).normal(size=(104, 64))
    assert maps.says_little(noise)
    assert maps.says_little(np.ones((104, 64)))
    assert not maps.says_little(blobs(length=64))


def test_pictures_are_pooled_to_eight_by_eight() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[:8, :8, 2] = 255
    pixels[..., 3] = 255
    features = maps.picture_features(pixels)
    assert features.shape == (192,)
    assert features.reshape(8, 8, 3)[0, 0].tolist() == [0.0, 0.0, 1.0]
    assert features.sum() == 1.0


def test_a_map_is_kept_and_read_again(tmp_path: Path) -> None:
    made = make_map([3, 2**32 - 1, 7], blobs(3), pictures=True)
    file = tmp_path / "new" / "map.npz"
    maps.keep_map(file, made)
    read = maps.kept_map(file)
    assert read is not None
    assert (read.seeds, read.pictures) == (made.seeds, True)
    assert np.array_equal(read.places, made.places)
    assert np.array_equal(read.axes, made.axes)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04rubbish", b"\x93NUMPY", b"x" * 99])
def test_a_damaged_map_counts_as_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "map.npz"
    file.write_bytes(content)
    assert maps.kept_map(file) is None
    assert maps.kept_map(tmp_path / "none.npz") is None


def test_a_map_that_does_not_fit_counts_as_none(tmp_path: Path) -> None:
    file = tmp_path / "map.npz"
    np.savez(
        file, seeds=[1, 2], places=np.zeros((3, 2)), mean=np.zeros(4),
        axes=np.zeros((2, 4)), pictures=np.array(False),
    )  # fmt: skip
    assert maps.kept_map(file) is None


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    maps.keep_map(tmp_path / "file" / "map.npz", make_map(range(9), blobs(9), pictures=False))
    assert not (tmp_path / "file" / "map.npz").exists()


def test_models_have_files_of_their_own() -> None:
    assert maps.map_file("a") != maps.map_file("b")
    assert maps.map_file("../../a").parent == maps.cache_folder()
