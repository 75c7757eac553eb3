from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from latentstudio.core.bundle import METADATA_KEY, read_card
from latentstudio.core.errors import StudioError
from latentstudio.models.checkpoint import open_bundle, save_bundle
from latentstudio.models.registry import open_model
from tests.models.examples import example_card, networks, write_example


def test_half_precision_is_for_kernels_only(tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    card = write_example(path, half=True)
    assert card.tensors["generator.picture.weight"].dtype == "F16"
    vectors = [entry for entry in card.tensors.values() if len(entry.shape) == 1]
    assert len(vectors) > 5
    assert {entry.dtype for entry in vectors} == {"F32"}
    assert card.tensors["stats.style_mean"].dtype == "F32"
    model = open_model(str(path))
    full = write_example(tmp_path / "full.safetensors")
    assert full.model_id != card.model_id
    styles = model.map(model.sample_z([0]))
    expected = open_model(str(tmp_path / "full.safetensors")).synthesize(styles)
    torch.testing.assert_close(model.synthesize(styles), expected, atol=2e-2, rtol=0)


def test_a_full_disk_leaves_the_old_model(full_disk: Callable[[int], None], tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    card = write_example(path)
    full_disk(4000)
    with pytest.raises(StudioError, match=r"Could not write model\.safetensors - .*is unchanged"):
        write_example(path, half=True)
    full_disk(2**30)
    assert read_card(path).tensors == card.tensors
    assert len(list(tmp_path.iterdir())) == 1


def test_training_counters_are_not_written(tmp_path: Path) -> None:
    card = write_example(tmp_path / "a.safetensors")
    assert not any("num_batches_tracked" in name for name in card.tensors)


def test_the_critic_is_read_when_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    write_example(path)
    model = open_model(str(path))
    images = model.synthesize(model.map(model.sample_z([0])))
    path.unlink()
    with pytest.raises(StudioError, match="changed or gone"):
        model.discriminate(images)


def test_the_whole_card_comes_back(tmp_path: Path) -> None:
    card = write_example(tmp_path / "example.safetensors")
    expected = example_card("dcgan")
    for field in ("name", "config", "discriminator", "training", "metrics", "licence", "limits"):
        assert getattr(card, field) == getattr(expected, field)
    assert open_bundle(tmp_path / "example.safetensors").stats.keys() == {"style_mean"}


def test_the_model_id_hangs_on_generator_and_config_alone(tmp_path: Path) -> None:
    first = write_example(tmp_path / "a.safetensors")
    generator, discriminator = networks("dcgan")
    path = tmp_path / "b.safetensors"
    other = save_bundle(path, example_card("dcgan", "b"), generator.state_dict(), None, {})
    assert other.model_id == first.model_id
    with torch.no_grad():
        next(iter(generator.parameters())).view(-1)[0] += 1
    changed = save_bundle(path, example_card("dcgan"), generator.state_dict(), {}, {})
    assert changed.model_id != first.model_id
    assert discriminator is not None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tensors: tensors.pop("generator.picture.bias"), "picture.bias is missing"),
        (
            lambda tensors: tensors.update({"generator.picture.bias": torch.zeros(4)}),
            r"picture.bias is \[4\], not \[3\]",
        ),
        (
            lambda tensors: tensors.update({"generator.extra": torch.zeros(1)}),
            "extra has no place",
        ),
    ],
)
def test_tensors_that_do_not_fit_the_config_are_named(
    tmp_path: Path, change: object, words: str
) -> None:
    path = tmp_path / "a.safetensors"
    card = write_example(path)
    tensors = load_file(path)
    change(tensors)  # type: ignore[operator]
    save_file(tensors, path, {METADATA_KEY: card.to_json()})
    with pytest.raises(StudioError, match=words):
        open_model(str(path))


def test_a_huge_config_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    card = write_example(path)
    text = card.to_json().replace('"width": 8', '"width": 1024')
    save_file(load_file(path), path, {METADATA_KEY: text})
    with pytest.raises(StudioError, match="does not fit"):
        open_model(str(path))


def test_saving_into_no_folder_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="folder does not exist"):
        write_example(tmp_path / "none" / "a.safetensors")
    write_example(tmp_path / "a.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["a.safetensors"]
    assert read_card(tmp_path / "a.safetensors").name == "a"
