import dataclasses
import hashlib
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from latentstudio.core.bundle import METADATA_KEY, Card, model_info, read_card
from latentstudio.core.errors import StudioError
from latentstudio.core.families import DcganConfig, DcganCriticConfig
from tests.fresh import loads

CARD: dict[str, Any] = {
    "format_version": 1,
    "name": "tiny",
    "family": "dcgan",
    "config": {"resolution": 16, "z_dim": 4, "prior": "normal", "width": 2},
    "discriminator": {"resolution": 16, "width": 2, "norm": "none", "critic": "hinge"},
    "classes": [],
    "training": {"kimg": 3, "data": "noise"},
    "metrics": {"swd": 1.5},
    "licence": "CC0-1.0",
    "attributions": ["Nobody."],
    "limits": ["None known."],
}
TENSORS = {
    "generator.b": np.arange(6, dtype=np.float32).reshape(2, 3),
    "generator.a": np.ones(4, np.float16),
    "generator.norm.running_mean": np.ones(5, np.float32),
    "discriminator.w": np.zeros(7, np.float32),
}


def write(path: Path, card: object = CARD, tensors: dict[str, Any] = TENSORS) -> Path:
    save_file(tensors, path, {METADATA_KEY: json.dumps(card)})
    return path


def write_raw(path: Path, header: object, data: bytes = b"") -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return path


def header_of(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    return header, data[8 + length :]


def refusal(path: Path) -> str:
    with pytest.raises(StudioError) as caught:
        read_card(path)
    assert path.name in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tiny.safetensors"


def test_a_card_is_read_whole(path: Path) -> None:
    card = read_card(str(write(path)))
    assert card.config == DcganConfig(16, 4, "normal", 2)
    assert card.discriminator == DcganCriticConfig(16, 2, "none", "hinge")
    assert card.training == {"kimg": 3, "data": "noise"}
    assert card.attributions == ("Nobody.",)
    entry = card.tensors["generator.b"]
    assert (entry.dtype, entry.shape, entry.end - entry.begin) == ("F32", (2, 3), 24)
    assert path.read_bytes()[entry.begin : entry.end] == TENSORS["generator.b"].tobytes()


def test_writing_what_was_read_changes_nothing(path: Path) -> None:
    assert json.loads(read_card(write(path)).to_json()) == CARD


def test_model_info_counts_weights_and_not_moments(path: Path) -> None:
    info = model_info(read_card(write(path)))
    assert info.parameters == 10
    assert (info.family, info.resolution, info.z_dim, info.style_layers) == ("dcgan", 16, 4, 1)
    assert (info.critic, info.licence, info.name) == ("hinge", "CC0-1.0", "tiny")


def test_the_model_id_is_the_written_formula(path: Path) -> None:
    lines = [
        b'{"classes":[],"config":{"prior":"normal","resolution":16,"width":2,"z_dim":4},'
        b'"family":"dcgan"}\n',
        b'["generator.a","F16",[4]]\n' + TENSORS["generator.a"].tobytes(),
        b'["generator.b","F32",[2,3]]\n' + TENSORS["generator.b"].tobytes(),
        b'["generator.norm.running_mean","F32",[5]]\n'
        + TENSORS["generator.norm.running_mean"].tobytes(),
    ]
    expected = hashlib.sha256(b"".join(lines)).hexdigest()
    assert read_card(write(path)).model_id == expected
    extended = TENSORS | {"directions.age": np.ones(4, np.float32)}
    assert read_card(write(path, CARD | {"name": "other"}, extended)).model_id == expected
    changed = CARD | {"config": CARD["config"] | {"prior": "uniform"}}
    assert read_card(write(path, changed)).model_id != expected


def test_reading_needs_no_torch() -> None:
    assert not loads("import latentstudio.core.bundle", "torch")


def test_a_card_of_no_file_has_no_id() -> None:
    with pytest.raises(ValueError, match="not in a file"):
        _ = Card("a", "dcgan", DcganConfig()).model_id


def test_a_file_that_shrinks_later_is_said(path: Path) -> None:
    card = read_card(write(path))
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(StudioError, match="shorter"):
        _ = card.model_id
    path.unlink()
    with pytest.raises(StudioError, match="No such file"):
        _ = dataclasses.replace(card).model_id


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"abc", "of an unknown kind"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 40, "a PNG picture"),
        (b"\xff\xd8\xff\xe0" + b"0" * 40, "a JPEG picture"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a pointer to a file"),
        (b"PK\x03\x04" + b"0" * 40, "a zip archive"),
        (b"\x80\x04\x95" + b"0" * 40, "a Python pickle"),
        (b"\x93NUMPY" + b"0" * 40, "a numpy array"),
        (bytes(range(7, 90)), "of an unknown kind"),
    ],
)
def test_other_files_are_named_for_what_they_are(path: Path, data: bytes, words: str) -> None:
    path.write_bytes(data)
    assert words in refusal(path)


@pytest.mark.parametrize("length", [0x0780, 0x4B50])
def test_a_header_may_have_a_length_that_looks_like_another_file(path: Path, length: int) -> None:
    header, data = header_of(write(path))
    write_raw(path, json.dumps(header).encode().ljust(length), data)
    assert read_card(path).name == "tiny"


def test_places_without_a_file(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(tmp_path / "none.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    assert "a folder" in refusal(tmp_path / "folder.safetensors")


def test_truncated_files(path: Path) -> None:
    whole = write(path).read_bytes()
    path.write_bytes(whole[:200])
    assert "middle of its description" in refusal(path)
    path.write_bytes(whole[:-1])
    assert "middle of its tensors" in refusal(path)
    path.write_bytes(whole + b"more")
    assert "after its last tensor" in refusal(path)


def test_headers_that_lie(path: Path) -> None:
    assert "too large" in refusal(_with_length(path, 2**62))
    assert "no card" in _replaced(write_raw(path, {"__metadata__": {}}))
    assert "not JSON" in refusal(write_raw(path, b"{nonsense"))
    assert "not JSON" in refusal(write_raw(path, b'{"a":' * 100_000))
    assert "not text" in refusal(write_raw(path, b'{"\xff\xfe'))


def _replaced(path: Path) -> str:
    return refusal(path).replace("without a Latent Studio card", "no card")


def _with_length(path: Path, length: int) -> Path:
    path.write_bytes(struct.pack("<Q", length) + b"{}" * 40)
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dtype": "F99"}, "dtype"),
        ({"shape": [2, 4]}, "does not lie where"),
        ({"shape": [2**31] * 8}, "does not lie where"),
        ({"shape": [-2, -3]}, "shape"),
        ({"shape": "23"}, "shape"),
        ({"data_offsets": [0, 2**60]}, "data_offsets"),
        ({"data_offsets": [30, 6]}, "does not lie where"),
        ({"data_offsets": [1, 25]}, "does not lie where"),
        ({"data_offsets": [0]}, "data_offsets"),
    ],
)
def test_tensor_tables_that_lie(path: Path, change: dict[str, Any], words: str) -> None:
    header, data = header_of(write(path))
    header["generator.b"] |= change
    assert words in refusal(write_raw(path, header, data))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format_version": 2}, "a newer Latent Studio made it"),
        ({"format_version": "1"}, "format_version"),
        ({"family": "stylegan9"}, "stylegan9"),
        ({"family": None}, "is not known"),
        ({"name": 3}, "name"),
        ({"config": {**CARD["config"], "resolution": 48}}, "resolution is 48"),
        ({"config": {**CARD["config"], "z_dim": 10**9}}, "z_dim"),
        ({"config": {**CARD["config"], "width": True}}, "width"),
        ({"config": {**CARD["config"], "prior": "cauchy"}}, "prior"),
        ({"config": {**CARD["config"], "depth": 3}}, "depth"),
        ({"config": {"resolution": 16}}, "missing"),
        ({"discriminator": {"resolution": 16}}, "missing"),
        ({"training": {"kimg": [1]}}, "kimg"),
        ({"classes": "abc"}, "classes"),
        ({"limits": [1]}, "limits"),
    ],
)
def test_cards_that_make_no_sense(path: Path, change: dict[str, Any], words: str) -> None:
    assert words in refusal(write(path, CARD | change))


def test_a_card_that_is_no_object(path: Path) -> None:
    assert "not an object" in refusal(write(path, [1, 2]))


def test_what_a_newer_card_adds_is_passed_over(path: Path) -> None:
    assert read_card(write(path, CARD | {"colour": "blue"})).name == "tiny"
