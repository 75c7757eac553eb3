"""Directions and scores inside a model file: they come and go, and nothing else changes."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from latentstudio.core.bundle import METADATA_KEY, read_card
from latentstudio.core.bundle_edit import write_directions_into, write_metrics_into
from latentstudio.core.direction import Direction
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Span, Vector
from tests.core.test_bundle import CARD, TENSORS, write
from tests.fresh import loads


def direction(name: str = "Smile", dim: int = 4, seed: int = 0, **more: Any) -> Direction:
    numbers = np.random.default_rng(seed).standard_normal(dim).astype(np.float32)
    return Direction(name, Vector("w", numbers), **more)


FOUND = (
    direction("Smile", mean=0.5, scale=2.0, group="attributes", accuracy=0.97, found="by a test"),
    direction("Hair", seed=1, span=Span(0, 0, 1), group="attributes"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "tiny.safetensors")


def test_directions_come_back_and_belong_to_the_model(path: Path) -> None:
    card = write_directions_into(path, FOUND)
    assert card.directions == FOUND
    assert {found.model_id for found in card.info.directions} == {card.model_id}
    assert [found.name for found in card.info.directions] == ["Smile", "Hair"]


def test_nothing_else_changes(path: Path) -> None:
    before = read_card(path).model_id
    after = write_directions_into(path, FOUND)
    assert after.model_id == before
    stored = load_file(path)
    assert {name for name in stored if not name.startswith("directions.")} == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert stored[name].dtype == tensor.dtype
        assert stored[name].tobytes() == tensor.tobytes()
    values = json.loads(after.to_json())
    values.pop("directions")
    assert values == CARD


def test_every_tensor_is_aligned(path: Path) -> None:
    write_directions_into(path, FOUND)
    for entry in read_card(path).tensors.values():
        assert entry.begin % {"F32": 4, "F16": 2}[entry.dtype] == 0


def test_the_new_ones_replace_the_old_ones(path: Path) -> None:
    plain = path.read_bytes()
    write_directions_into(path, FOUND)
    assert write_directions_into(path, FOUND[1:]).directions == FOUND[1:]
    assert write_directions_into(path, ()).directions == ()
    assert load_file(path).keys() == TENSORS.keys()
    assert len(path.read_bytes()) < len(plain) + 100


def test_what_a_newer_card_says_stays(tmp_path: Path) -> None:
    path = write(tmp_path / "new.safetensors", CARD | {"colour": "blue"})
    write_directions_into(path, FOUND)
    header = path.read_bytes()
    text = json.loads(header[8 : 8 + int.from_bytes(header[:8], "little")])
    assert json.loads(text["__metadata__"][METADATA_KEY])["colour"] == "blue"


def test_scores_come_onto_the_card_and_replace_older_ones(tmp_path: Path) -> None:
    old = {"swd": 9.0, "swd32": 8.0, "swd_images": 64, "kid": 0.5}
    path = write(tmp_path / "old.safetensors", CARD | {"metrics": old})
    model_id = write_directions_into(path, FOUND).model_id
    after = write_metrics_into(path, {"swd": 3.0, "fid": 20.25, "compared with": "a folder"})
    assert after.metrics == {"kid": 0.5, "swd": 3.0, "fid": 20.25, "compared with": "a folder"}
    assert (after.model_id, {d.name for d in after.directions}) == (model_id, {"Smile", "Hair"})
    for name, tensor in TENSORS.items():
        assert load_file(path)[name].tobytes() == tensor.tobytes()
    more = write_metrics_into(path, {"fid_b": 1.5, "compared with": "a folder"}).metrics
    assert more == after.metrics | {"fid_b": 1.5}
    again = write_metrics_into(path, {"fid": 2.5}).metrics
    assert again == more | {"fid": 2.5}  # the one of another referee stays
    other = {"fid": 4.0, "compared with": "another folder"}
    assert write_metrics_into(path, other).metrics == other
    with pytest.raises(StudioError, match="metrics"):
        write_metrics_into(path, {"compared with": "\x00"})
    assert read_card(path).metrics == other


def test_directions_of_another_model_are_refused(path: Path) -> None:
    before = path.read_bytes()
    wide = Direction("Wide", Vector("w+", np.ones((2, 4), np.float32)))
    for alien, words in ((direction(dim=5), "5 numbers"), (wide, "2 x 4 numbers")):
        with pytest.raises(StudioError, match=words):
            write_directions_into(path, (alien,))
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path.read_bytes()

    def full(file: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("latentstudio.core.files._sync", full)
    with pytest.raises(StudioError, match="disk is full"):
        write_directions_into(path, FOUND)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "tensors", "words"),
    [
        ({"array": "generator.a"}, {}, "names no float32 tensor"),
        ({"array": "directions.009"}, {}, "names no float32 tensor"),
        ({"array": 3}, {}, "names no float32 tensor"),
        ({}, {"directions.000": np.ones(4, np.float16)}, "names no float32 tensor"),
        ({}, {"directions.000": np.ones(5, np.float32)}, "5 numbers, a style of tiny has 4"),
        ({}, {"directions.000": np.full(4, np.nan, np.float32)}, "finite"),
        ({}, {"directions.000": np.zeros(4, np.float32)}, "leads nowhere"),
        ({"scale": 0}, {}, "scale"),
        ({"space": "w+"}, {}, "axes"),
        ({"name": "a" * 300}, {}, "name"),
    ],
)
def test_directions_that_make_no_sense(
    tmp_path: Path, change: dict[str, Any], tensors: dict[str, Any], words: str
) -> None:
    record = {"name": "Smile", "space": "w", "array": "directions.000"} | change
    path = tmp_path / "bad.safetensors"
    arrays = TENSORS | {"directions.000": np.ones(4, np.float32)} | tensors
    save_file(arrays, path, {METADATA_KEY: json.dumps(CARD | {"directions": [record]})})
    with pytest.raises(StudioError, match=words):
        read_card(path)


def test_writing_needs_no_torch() -> None:
    assert not loads("import latentstudio.core.bundle_edit", "torch")
