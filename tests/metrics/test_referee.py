import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from latentstudio.core.bundle import METADATA_KEY
from latentstudio.core.errors import StudioError
from latentstudio.metrics.referee import (
    FEATURES,
    RefereeNetwork,
    initialise,
    open_referee,
    random_referee,
    referee_names,
    save_referee,
)
from latentstudio.metrics.referee_card import Head, RefereeCard, RefereeConfig
from latentstudio.models.layers import fold_norms
from latentstudio.resources import asset

HEADS = (
    Head("style", ("dylan", "micah")),
    Head("mouth", ("smile", "sad", "open")),
    Head("rotate", range=(-15.0, 15.0)),
)
CONFIG = RefereeConfig(16, (8, 8), (0, 1), HEADS)
CARD = RefereeCard(
    "tiny",
    CONFIG,
    accuracy={"style": 0.99, "mouth": 0.96, "rotate": 0.97},
    accuracy_by_style={"dylan": {"mouth": 0.98, "rotate": 0.9}, "micah": {"rotate": 0.98}},
    training={"seed": "0"},
    licence="CC BY 4.0",
    attributions=("Somebody.",),
)


def make_network(batch_norm: bool = False) -> RefereeNetwork:
    network = RefereeNetwork(CONFIG, batch_norm=batch_norm)
    initialise(network, torch.Generator().manual_seed(3))
    return network.eval().requires_grad_(False)


def pictures(count: int, side: int = 16) -> torch.Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.safetensors"
    save_referee(path, CARD, make_network().state_dict())
    return path


def test_what_is_saved_is_opened(written: Path) -> None:
    referee = open_referee(written)
    assert referee.card == CARD
    assert (referee.name, referee.resolution, referee.heads) == ("tiny", 16, HEADS)
    network = make_network()
    for weight in network.parameters():
        if weight.ndim >= 2:
            weight.copy_(weight.half().float())
    images = pictures(5)
    assert torch.equal(referee.features(images), network.embed(images))
    again = written.with_name("again.safetensors")
    save_referee(again, referee.card, load_file(written))
    assert again.read_bytes() == written.read_bytes()


def test_the_hash_hangs_on_weights_and_heads_alone(written: Path, tmp_path: Path) -> None:
    first = open_referee(written).weights_hash
    assert len(first) == 64
    path, weights = tmp_path / "other.safetensors", make_network().state_dict()
    save_referee(path, dataclasses.replace(CARD, name="other", accuracy={}), weights)
    assert open_referee(path).weights_hash == first
    save_referee(path, CARD, weights | {"heads.bias": weights["heads.bias"] + 1})
    assert open_referee(path).weights_hash != first
    renamed = dataclasses.replace(CONFIG, heads=(Head("hat", ("no", "yes")), *HEADS[1:]))
    save_referee(path, dataclasses.replace(CARD, config=renamed), weights)
    assert open_referee(path).weights_hash != first


def test_categories_are_probabilities_and_numbers_have_their_unit(written: Path) -> None:
    referee = open_referee(written)
    read = referee.read(pictures(4))
    assert {name: tuple(values.shape) for name, values in read.items()} == {
        "style": (4, 2), "mouth": (4, 3), "rotate": (4,),
    }  # fmt: skip
    torch.testing.assert_close(read["mouth"].sum(1), torch.ones(4))
    numbers = make_network().judge(referee.features(pictures(4)))
    torch.testing.assert_close(read["rotate"], numbers[:, 5] * 15, rtol=1e-2, atol=1e-2)


def test_a_range_becomes_minus_one_to_one() -> None:
    head = Head("scale", range=(0.5, 2.5))
    assert [head.to_unit(value) for value in (0.5, 1.5, 2.5)] == [-1, 0, 1]
    assert head.from_unit(head.to_unit(torch.tensor([0.7]))) == pytest.approx(0.7)


def test_many_pictures_are_read_as_few_are(written: Path) -> None:
    referee, images = open_referee(written), pictures(300)
    parts = torch.cat([referee.features(images[:150]), referee.features(images[150:])])
    assert parts.shape == (300, FEATURES)
    torch.testing.assert_close(referee.features(images), parts)


def test_maps_halve_the_side_and_let_gradients_through(written: Path) -> None:
    images = pictures(2).requires_grad_()
    maps = open_referee(written).feature_maps(images)
    assert [tuple(m.shape) for m in maps] == [(2, 8, 8, 8), (2, 8, 4, 4)]
    maps[-1].sum().backward()
    assert images.grad is not None
    assert images.grad.abs().sum() > 0


def test_pictures_of_another_size_are_refused(written: Path) -> None:
    with pytest.raises(ValueError, match="tiny reads pictures"):
        open_referee(written).features(pictures(1, 32))


def test_folding_the_norms_changes_nothing() -> None:
    network = make_network(batch_norm=True).train()
    for _ in range(3):
        network(pictures(8))
    network.eval()
    before = network(pictures(4))
    folded = fold_norms(network)
    torch.testing.assert_close(folded(pictures(4)), before, rtol=1e-4, atol=1e-4)
    assert folded.state_dict().keys() == make_network().state_dict().keys()


def test_judge_by_what_is_read_well(written: Path) -> None:
    referee = open_referee(written)
    assert referee.trusted == ("style", "rotate")
    assert referee.trusted_in(["dylan"]) == ("mouth",)
    assert referee.trusted_in(["micah"]) == ("rotate",)
    assert referee.trusted_in(["dylan", "micah"]) == ("style", "mouth")
    assert referee.trusted_in(["personas"]) == ()


def test_a_referee_of_one_style_has_one_list(tmp_path: Path) -> None:
    path = tmp_path / "one.safetensors"
    card = dataclasses.replace(CARD, accuracy_by_style={})
    save_referee(path, card, make_network().state_dict())
    assert open_referee(path).trusted_in(["dylan"]) == ("style", "rotate")


def test_the_random_control_depends_on_its_seed_alone() -> None:
    first, again, other = (random_referee(32, seed) for seed in (0, 0, 1))
    images = pictures(2, 32)
    assert first.name == "random32"
    assert first.weights_hash == again.weights_hash != other.weights_hash
    assert torch.equal(first.features(images), again.features(images))
    assert first.features(images).std() > 0.01
    assert first.read(images) == {}
    assert first.trusted == ()


@pytest.mark.parametrize("resolution", [0, 4, 48, 100, 512])
def test_a_random_control_needs_a_power_of_two(resolution: int) -> None:
    with pytest.raises(StudioError, match=f"No referee has {resolution} pixels"):
        random_referee(resolution)


def test_an_unknown_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="Unknown referee avatar63a"):
        open_referee("avatar63a")
    with pytest.raises(StudioError, match="no such file"):
        open_referee(tmp_path / "none.safetensors")


def test_what_is_no_referee_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="it is a model, not a referee"):
        open_referee(asset("models/avatars-dcgan.safetensors"))
    picture = tmp_path / "a.safetensors"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    with pytest.raises(StudioError, match="a PNG picture"):
        open_referee(picture)


def test_a_file_cut_short_is_refused(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:-10])
    with pytest.raises(StudioError, match="ends in the middle of its tensors"):
        open_referee(written)


def test_a_huge_file_is_not_read(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("latentstudio.metrics.referee_card._LARGEST", 1000)
    with pytest.raises(StudioError, match="larger than"):
        open_referee(written)


def test_tensors_that_do_not_fit_are_named(written: Path) -> None:
    weights = load_file(written)
    weights["heads.bias"] = torch.zeros(7)
    save_file(weights, written, metadata={METADATA_KEY: CARD.to_json()})
    with pytest.raises(StudioError, match=r"heads.bias is \[7\], not \[6\]"):
        open_referee(written)


def change(place: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def apply(card: dict[str, Any]) -> None:
        *steps, last = place.split(".")
        for step in steps:
            card = card[step]
        card[last] = value

    return apply


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (change("kind", "model"), "it is a model"),
        (change("format_version", 2), "newer Latent Studio"),
        (change("config.resolution", 32), "2 stages do not fit 32 pixels"),
        (change("config.residuals", [0]), "differ in length"),
        (change("config.widths", [8, 10**9]), r"widths\[1\] is 1000000000"),
        (change("config.heads", [{"name": "a", "values": ["x"], "range": [0, 0]}] * 2), "same"),
        (change("config.heads", [{"name": "a", "values": [], "range": [1, 1]}]), "range of a"),
        (change("config.heads", [{"name": "a", "values": []}]), r"heads\[0\].range is missing"),
        (change("accuracy", [1]), "card.accuracy is no table"),
        (change("accuracy", {"mouth": 3}), "accuracy.mouth is 3"),
        (change("accuracy_by_style", {"dylan": 1}), "accuracy_by_style.dylan is no table"),
        (change("name", "a\nb"), "cannot be shown"),
        (change("weights", 1), "card has a field 'weights'"),
    ],
)
def test_a_wrong_card_is_refused_in_words(
    written: Path, changed: Callable[[dict[str, Any]], None], words: str
) -> None:
    card = json.loads(CARD.to_json())
    changed(card)
    save_file(load_file(written), written, metadata={METADATA_KEY: json.dumps(card)})
    with pytest.raises(StudioError, match=words):
        open_referee(written)


def test_the_bundled_referees_say_how_well_they_read() -> None:
    assert {"avatar128a", "avatar64a"} <= set(referee_names())
    hashes = set()
    for name in referee_names():
        assert asset(f"referees/{name}.safetensors").stat().st_size < 2e6
        referee = open_referee(name)
        assert referee.name == name
        assert referee.resolution == (128 if "128" in name else 64)
        assert referee.accuracy.keys() <= {head.name for head in referee.heads}
        assert len(referee.trusted) >= 5
        assert referee.card.attributions
        assert referee.card.training["seed"]
        hashes.add(referee.weights_hash)
    assert len(hashes) == len(referee_names())
