"""Files of directions: our own there and back, others' by their shapes, bad ones refused."""

import contextlib
import io
import json
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from latentstudio.core.bundle import METADATA_KEY
from latentstudio.core.direction import Direction
from latentstudio.core.direction_file import read_directions, unmeasured, write_directions
from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Span, Vector
from tests.core.test_bundle import write
from tests.fresh import loads

RNG = np.random.default_rng(0)
MAPPED = ModelInfo("mapped", "stylegan", 64, 6, 6, style_layers=4)
PLAIN = ModelInfo("plain", "dcgan", 64, 6, 6)
OWN = (
    Direction("Smile", Vector("w", RNG.standard_normal(6)), 0.5, 2.0, "attributes", "so", 0.9),
    Direction("Hair", Vector("w+", RNG.standard_normal((4, 6))), span=Span(1, 2, 1), model_id="m"),
    Direction("Component 1", Vector("w", RNG.standard_normal(6)), eigenvalue=3.5),
)


def refusal(path: Path, info: ModelInfo = MAPPED) -> str:
    with pytest.raises(StudioError) as caught:
        read_directions(path, info)
    assert path.name in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def saved(path: Path, array: Any, **options: Any) -> Path:
    np.save(path, array, **options)
    return path


def test_directions_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "mine.directions.safetensors"
    write_directions(path, OWN)
    assert read_directions(path, MAPPED) == OWN
    write_directions(path, OWN[:1])
    assert read_directions(path, MAPPED) == OWN[:1]


def test_equal_directions_are_equal_files(tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.directions.safetensors" for i in range(2)]
    for path in paths:
        write_directions(path, OWN)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("count", [0, 501])
def test_a_file_holds_some_directions(tmp_path: Path, count: int) -> None:
    with pytest.raises(StudioError, match="1 to 500"):
        write_directions(tmp_path / "a.directions.safetensors", OWN[:1] * count)
    assert not list(tmp_path.iterdir())


def test_directions_of_other_shapes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.directions.safetensors"
    write_directions(path, OWN[:1])
    narrow = ModelInfo("narrow", "dcgan", 64, 5, 5)
    assert "6 numbers, a style of narrow has 5" in refusal(path, narrow)
    write_directions(path, OWN)
    assert "4 x 6 numbers, a style of plain has 1 x 6" in refusal(path, PLAIN)


def test_other_files_are_named_for_what_they_are(tmp_path: Path) -> None:
    model = write(tmp_path / "model.safetensors")
    assert "a model or a referee" in refusal(model)
    assert "no such file" in refusal(tmp_path / "none.safetensors")
    assert "no such file" in refusal(tmp_path / "none.npy")
    (tmp_path / "face.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert ".png are not read" in refusal(tmp_path / "face.png")
    newer = tmp_path / "newer.directions.safetensors"
    save_file({}, newer, {METADATA_KEY: json.dumps({"format_version": 9, "kind": "directions"})})
    assert "a newer Latent Studio" in refusal(newer)
    empty = json.dumps({"format_version": 1, "kind": "directions", "directions": []})
    save_file({"directions.000": np.ones(6, np.float32)}, newer, {METADATA_KEY: empty})
    assert "no direction in it" in refusal(newer)


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    for name in ("big.npy", "big.npz", "big.directions.safetensors"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(2**29)
        assert "larger than" in refusal(tmp_path / name)


# --- boundaries and rows of directions -----------------------------------------------------------


def test_a_boundary_is_one_direction(tmp_path: Path) -> None:
    step = RNG.standard_normal((1, 6))
    path = saved(tmp_path / "stylegan_ffhq_eyeglasses_w_boundary.npy", step)
    (found,) = read_directions(path, MAPPED)
    assert found.name == "Stylegan ffhq eyeglasses"
    np.testing.assert_allclose(found.vector.array, step[0] / np.linalg.norm(step), rtol=1e-6)
    assert unmeasured(found)
    assert found.found == "from stylegan_ffhq_eyeglasses_w_boundary.npy"


def test_a_boundary_in_z_is_none_of_a_mapped_model(tmp_path: Path) -> None:
    path = saved(tmp_path / "pggan_age_boundary.npy", np.ones((1, 6)))
    assert "a boundary in z, and mapped is steered in w" in refusal(path)
    assert [found.name for found in read_directions(path, PLAIN)] == ["Pggan age"]


@pytest.mark.parametrize(
    ("shape", "names", "space"),
    [
        ((6,), ["Age"], "w"),
        ((4, 6), ["Age"], "w+"),
        ((10, 6), [f"Age {i}" for i in range(1, 11)], "w"),
        ((3, 1, 6), ["Age 1", "Age 2", "Age 3"], "w"),
        ((3, 4, 6), ["Age 1", "Age 2", "Age 3"], "w+"),
    ],
)
def test_arrays_by_their_shape(
    tmp_path: Path, shape: tuple[int, ...], names: list[str], space: str
) -> None:
    found = read_directions(saved(tmp_path / "age.npy", RNG.standard_normal(shape)), MAPPED)
    assert [direction.name for direction in found] == names
    for direction in found:
        assert direction.vector.space == space
        assert np.square(direction.vector.array).sum(-1).mean() == pytest.approx(1)


def test_fortran_order_is_read(tmp_path: Path) -> None:
    array = RNG.standard_normal((10, 6))
    plain = read_directions(saved(tmp_path / "a.npy", array), MAPPED)
    turned = read_directions(saved(tmp_path / "a.npy", np.asfortranarray(array)), MAPPED)
    assert plain == turned


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.ones((1, 7)), "7 numbers, a style of mapped has 6"),
        (np.ones((2, 3, 6)), "3 layers, mapped has 4"),
        (np.ones((1, 1, 1, 6)), "not that of directions"),
        (np.ones(()), "not that of directions"),
        (np.ones((0, 6)), "not that of directions"),
        (np.ones((501, 6)), "more than 500"),
        (np.zeros(6), "leads nowhere"),
        (np.array([1, np.nan, 1, 1, 1, 1]), "not finite"),
        (np.array([1, 1e200, 1, 1, 1, 1]), "far beyond any direction"),
        (np.array(["a"] * 6), "plain numbers"),
        (np.ones(6, complex), "plain numbers"),
    ],
)
def test_arrays_that_are_no_directions(tmp_path: Path, array: Any, words: str) -> None:
    assert words in refusal(saved(tmp_path / "bad.npy", array))


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    objects = np.empty(6, object)
    assert "plain numbers" in refusal(saved(tmp_path / "o.npy", objects, allow_pickle=True))
    path = tmp_path / "direction.npy"
    path.write_bytes(pickle.dumps({"lat_comp": 1}))
    assert "could run code" in refusal(path)


def test_damaged_arrays(tmp_path: Path) -> None:
    whole = saved(tmp_path / "a.npy", np.ones(6)).read_bytes()
    path = tmp_path / "b.npy"
    for data, words in (
        (whole[:-1], "cut short"),
        (whole + b"more", "longer than it says"),
        (whole[:40], "damaged"),
        (whole.replace(b"(6,)", b"(9,)"), "cut short"),
        (whole[:6] + b"\x03\x00" + whole[8:], "version"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"", "an empty file"),
    ):
        path.write_bytes(data)
        assert words in refusal(path)


def header(shape: str, dtype: str = "'<f4'") -> bytes:
    """The beginning of a .npy file that says so, of 24 bytes of numbers."""
    text = f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + len(text).to_bytes(2, "little") + text + bytes(24)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (header("(-2, -3)"), "damaged"),
        (header("(6, True)"), "damaged"),
        (header("(" + "1, " * 70 + "6)"), "damaged"),
        (header("(0, 1" + "0" * 30 + ")"), "damaged"),
        (header("(0, 999999999, 999999999, 999999999)"), "larger than 64 MB"),
        (header("(999999999,)"), "larger than 64 MB"),
        (header("(,"), "damaged"),
        (header("(6,)", "('<f4',)"), "plain numbers"),
        (header("(6,)", "'<f3'"), "plain numbers"),
        (header("(6,)", "-~" * 4000 + "1"), "plain numbers"),
        (header("(6,)", "[('a', '<f4')]"), "plain numbers"),
    ],
    ids=range(11),
)
def test_headers_that_lie(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(data)
    assert words in refusal(path)


def test_random_damage_of_an_array_is_a_sentence(tmp_path: Path) -> None:
    whole, path = saved(tmp_path / "a.npy", np.ones((2, 6))).read_bytes(), tmp_path / "b.npy"
    for _ in range(200):
        data = bytearray(whole[: RNG.integers(len(whole))] if RNG.random() < 0.2 else whole)
        for place in RNG.integers(len(data), size=3) if data else ():
            data[place] = RNG.choice(list(b"()[]{},'-0123456789LTrue \n\0\xff"))
        path.write_bytes(data)
        with contextlib.suppress(StudioError):
            read_directions(path, MAPPED)


def test_arrays_of_python_2_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(header("(1L, 6L)").replace(bytes(24), np.ones(6, "<f4").tobytes()))
    assert len(read_directions(path, MAPPED)) == 1


# --- GANSpace ------------------------------------------------------------------------------------


def components(path: Path, **changes: Any) -> Path:
    steps = np.stack([np.eye(6)[i] * (i + 1) for i in range(3)])
    arrays = {
        "lat_comp": steps[:, None],
        "lat_mean": np.full((1, 6), 2.0),
        "lat_stdev": np.array([3.0, 2.0, 1.5]),
        "var_ratio": np.array([0.5, 0.3, 0.1]),
        "act_comp": np.ones((3, 1, 4), np.float32),
    } | changes
    np.savez(path, **{name: a for name, a in arrays.items() if a is not None})
    return path


def test_components_of_ganspace(tmp_path: Path) -> None:
    path = components(tmp_path / "stylegan2-ffhq_style_ipca_c3_n1000_w.npz")
    found = read_directions(path, MAPPED)
    assert [direction.name for direction in found] == ["Component 1", "Component 2", "Component 3"]
    second = found[1]
    np.testing.assert_array_equal(second.vector.array, np.eye(6)[1])
    assert second.scale == pytest.approx(4.0)  # a slider goes by component times deviation
    assert second.mean == pytest.approx(2.0)
    assert second.eigenvalue == pytest.approx(0.3)
    assert not any(map(unmeasured, found))


def test_components_of_z_are_none_of_a_mapped_model(tmp_path: Path) -> None:
    path = components(tmp_path / "z.npz", lat_stdev=np.ones(3))
    assert "components are of z" in refusal(path)
    assert len(read_directions(path, PLAIN)) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"lat_comp": None}, "no lat_comp.npy"),
        ({"lat_comp": np.ones((3, 1, 7))}, "7 numbers, a style of mapped has 6"),
        ({"lat_comp": np.ones(3)}, "not components by numbers"),
        ({"lat_comp": np.full((3, 1, 6), np.inf)}, "not finite"),
        ({"lat_stdev": np.full(2, 2.0)}, "differ in length"),
        ({"var_ratio": np.ones(4)}, "differ in length"),
        ({"lat_mean": np.ones(5)}, "another length"),
        ({"lat_comp": np.zeros((3, 1, 6))}, "leads nowhere"),
    ],
)
def test_components_that_make_no_sense(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    assert words in refusal(components(tmp_path / "bad.npz", **changes))


def test_archives_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(b"PK\x03\x04 nothing")
    assert "damaged" in refusal(path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lat_comp.npy", bytes(200 * 2**20))
    path.write_bytes(buffer.getvalue())
    assert "more than its size allows" in refusal(path)


def test_reading_needs_no_torch() -> None:
    assert not loads("import latentstudio.core.direction_file", "torch")
