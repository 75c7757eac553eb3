import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from latentstudio.core.families import ProgressiveConfig, ProgressiveCriticConfig
from latentstudio.models.checkpoint import open_bundle
from latentstudio.models.progressive import ProgressiveGenerator, enlarged, shrunk
from latentstudio.models.registry import open_model
from tests.trainers.pictures import Discs, Listener, tiny_config
from trainers.checkpoint import read_snapshot
from trainers.config import RunConfig, resolve
from trainers.export import Provenance, write_model
from trainers.judge import Judge, draw_grid
from trainers.loop import Training
from trainers.networks import build
from trainers.pictures import Batch, to_images
from trainers.previews import with_previews
from trainers.probe import probe
from trainers.run import Best, Run

DATA = Discs()

# 0-32 at 4 pixels, 32-64 fading to 8, 64-96 at 8, 96-128 fading to 16, and on at 16.
SCHEDULE = [
    {"resolution": 4, "stable_kimg": 0.032, "batch": 16},
    {"resolution": 8, "fade_kimg": 0.032, "stable_kimg": 0.032, "batch": 8},
    {"resolution": 16, "fade_kimg": 0.032, "stable_kimg": 0.032, "batch": 8},
]


def config(**changes: Any) -> RunConfig:
    short = {"data": "discs", "schedule": SCHEDULE, "kimg": 0.16}
    return resolve("progressive-test", short | changes)


def step(training: Training) -> dict[str, float]:
    """One step on the pictures whose turn it is."""
    wanted = training.stage.batch * training.config.d_steps
    images = DATA.images(np.arange(training.images, training.images + wanted))
    return training.step([Batch(part) for part in np.split(images, training.config.d_steps)])


def trained_to(images: int, **changes: Any) -> Training:
    training = Training(config(**changes))
    while training.images < images:
        step(training)
    return training


def assert_same(one: Any, other: Any) -> None:
    if isinstance(one, Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    else:
        assert one == other


RECIPES: dict[str, dict[str, Any]] = {
    "logistic and lazy R1": {},
    "wasserstein with penalty and drift": {
        "loss": {"kind": "wasserstein"},
        "regularizers": [{"kind": "gradient_penalty"}],
    },
    "split batches, two critic steps": {"accumulate": 2, "d_steps": 2},
    "bfloat16": {"precision": "bfloat16"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_grows(name: str) -> None:
    training = Training(config(**RECIPES[name]))
    seen = []
    while training.images < 160:
        seen.append((training.stage.resolution, training.stage.alpha))
        assert all(np.isfinite(list(step(training).values())))
    assert {side for side, _ in seen} == {4, 8, 16}
    assert any(0 < alpha < 1 for _, alpha in seen)
    assert training.stage.alpha == 1


@pytest.mark.parametrize("moment", [16, 32, 48, 96, 104])
def test_a_run_goes_on_exactly_at_any_moment(moment: int) -> None:
    """Also in the middle of a fade (48, 104) and between two resolutions (32, 96)."""
    whole = trained_to(160)
    first, second = trained_to(moment), Training(config())
    second.load_state(first.state())
    assert second.stage == first.stage
    while second.images < 160:
        step(second)
    assert_same(whole.state(), second.state())


def test_a_run_that_stopped_in_a_fade_ends_like_one_that_did_not(tmp_path: Path) -> None:
    one = config(snapshots={"kimg": 0.048})
    Run(tmp_path / "straight", one, DATA, Listener()).train()
    stopped = config(snapshots={"kimg": 0.048}, kimg=0.048)
    Run(tmp_path / "stopped", stopped, DATA, Listener()).train()
    going_on = Run(tmp_path / "stopped", one, DATA, Listener())
    assert going_on.resumed
    assert going_on.training.stage.alpha == 0.5
    going_on.train()
    states = [read_snapshot(tmp_path / n / "snapshot.pt") for n in ("straight", "stopped")]
    assert_same(states[0]["training"], states[1]["training"])
    assert states[0]["best"] == states[1]["best"]


def test_moments_are_forgotten_with_each_resolution_and_kept_within() -> None:
    def steps_of_adam(training: Training) -> set[float]:
        state = training.optimizer_g.state.values()
        return {float(entry["step"]) for entry in state}

    assert steps_of_adam(trained_to(16)) == {1.0}
    assert steps_of_adam(trained_to(32)) == set()
    assert steps_of_adam(trained_to(64)) == {4.0}
    assert steps_of_adam(trained_to(96)) == set()


def test_the_next_resolution_begins_with_the_pictures_of_the_last() -> None:
    training = trained_to(32)
    assert (training.stage.resolution, training.stage.alpha) == (8, 0.0)
    z = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        begun = training.average(z)
        training.average.grow(4, 1.0)
        assert torch.equal(begun, training.average(z))


def test_real_pictures_are_shrunk_and_faded() -> None:
    training = Training(config())
    batch = Batch(DATA.images(range(8)))
    images = to_images(batch.images)
    torch.testing.assert_close(training._real(batch), shrunk(images, 4))
    training.enter(32 + 8)
    small, half = shrunk(images, 4), shrunk(images, 8)
    torch.testing.assert_close(training._real(batch), 0.75 * enlarged(small, 8) + 0.25 * half)
    training.enter(1000)
    assert torch.equal(training._real(batch), images)


def test_judge_and_grid_see_full_pictures_at_every_stage() -> None:
    training = Training(config())
    judge = Judge(training.config, DATA)
    distances = []
    for images in (0, 40, 80, 1000):
        training.enter(images)
        assert draw_grid(training).shape == (36, 3, 16, 16)
        distances.append(judge.distance(training.average).mean)
    assert np.isfinite(distances).all()


def test_a_network_grown_further_beats_any_smaller_one() -> None:
    best = Best(1.0, 100.0, 8)
    assert best.is_beaten(99.0, 8)
    assert not best.is_beaten(101.0, 8)
    assert best.is_beaten(1e6, 16)
    assert not best.is_beaten(1.0, 4)
    fading, settled = trained_to(104).stage, trained_to(128).stage
    assert (fading.settled, settled.settled) == (8, 16)


def test_a_run_tells_its_stages_and_keeps_the_last_as_best(tmp_path: Path) -> None:
    listener = Listener()
    run = Run(tmp_path / "run", config(snapshots={"kimg": 0.032}), DATA, listener)
    run.train()
    assert [note for note in listener.notes if "now at" in note] == [
        "0.0 kimg: now at 8 pixels",
        "0.1 kimg: now at 16 pixels",
    ]
    assert run.best.resolution == 16
    assert run.best.kimg >= 0.128
    lines = [json.loads(t) for t in (tmp_path / "run" / "stats.jsonl").read_text().splitlines()]
    told = [(line["resolution"], line["alpha"]) for line in lines if "alpha" in line]
    assert told == [(8, 0.0), (8, 1.0), (16, 0.0), (16, 1.0), (16, 1.0)]


def test_snapshots_of_networks_that_do_not_grow_stay_the_best(tmp_path: Path) -> None:
    """Snapshots did not name the resolution at first."""
    short: dict[str, Any] = {"kimg": 0.016, "snapshots": {"kimg": 0.016}}
    Run(tmp_path / "run", tiny_config(**short), DATA, Listener()).train()
    path = tmp_path / "run" / "snapshot.pt"
    state = torch.load(path, weights_only=True)
    assert state["best"].pop("resolution") == 16
    torch.save(state, path)
    run = Run(tmp_path / "run", tiny_config(**short), DATA, Listener())
    assert not run.best.is_beaten(run.best.swd + 1, 16)


@pytest.mark.parametrize("images", [16, 48, 104, 160])
def test_an_export_draws_what_the_average_draws(images: int, tmp_path: Path) -> None:
    training = trained_to(images)
    path = tmp_path / "model.safetensors"
    card = write_model(path, training, Judge(training.config, DATA), Provenance(half=False))
    assert isinstance(card.config, ProgressiveConfig)
    assert isinstance(card.discriminator, ProgressiveCriticConfig)
    grown = (0, 1.0) if images == 160 else (training.stage.resolution, training.stage.alpha)
    assert (card.config.stage, card.config.alpha) == grown
    assert (card.discriminator.stage, card.discriminator.alpha) == grown
    model = open_model(str(path))
    assert model.info.resolution == 16
    z = model.sample_z(range(4))
    with torch.no_grad():
        expected = training.average(z)
    torch.testing.assert_close(model.synthesize(model.map(z)), expected, atol=1e-5, rtol=1e-5)


def test_small_pictures_of_a_grown_network_are_the_full_ones_shrunk() -> None:
    torch.manual_seed(0)
    network = ProgressiveGenerator(ProgressiveConfig(16, 8, (16, 16, 8))).eval()
    with torch.no_grad():
        for layer in network.pictures[:-1]:
            layer.weight.normal_(0, 10)
    fitted = with_previews(network, torch.randn(512, 8).split(128))
    z = torch.randn(64, 8)
    with torch.no_grad():
        full = network(z)
        assert torch.equal(fitted(z), full)
        for side in (4, 8):
            wanted = shrunk(full, side)
            left = (fitted.draw(z, side) - wanted).square().mean()
            before = (network.draw(z, side) - wanted).square().mean()
            assert left < wanted.var()
            assert left < before / 10
            assert (fitted.draw(z, side) - wanted).mean().abs() < 0.05


def test_a_bundle_begins_a_larger_run(tmp_path: Path) -> None:
    training = trained_to(160)
    path = tmp_path / "small.safetensors"
    write_model(path, training, Judge(training.config, DATA), Provenance(half=False))
    wanted = config(
        init=str(path), kimg=0.016,
        model={"resolution": 32, "widths_g": [8, 8, 8, 4], "widths_d": [8, 8, 8, 4]},
        schedule=[{"resolution": 32, "fade_kimg": 0.1, "batch": 8}],
    )  # fmt: skip
    listener = Listener()
    run = Run(tmp_path / "run", wanted, Discs(32), listener)
    assert "Grown from small: 16 to 32 pixels" in listener.notes[0]
    z = torch.randn(3, 8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.equal(run.training.average(z), enlarged(training.average(z), 32))
    critic = run.training.discriminator.state_dict()
    for name, tensor in open_bundle(path).discriminator.items():
        assert torch.equal(critic[name], tensor)
    run.train()


def test_an_unfinished_bundle_can_begin_a_run(tmp_path: Path) -> None:
    training = trained_to(48)
    path = tmp_path / "young.safetensors"
    write_model(path, training, Judge(training.config, DATA), Provenance(half=False))
    generator, _ = build(config().model, "logit", 0, open_bundle(path))
    assert_same(generator.state_dict(), training.average.state_dict())


def test_a_probe_adds_up_all_phases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainers.probe.SECONDS", 0.1)
    found = probe(config(kimg=1000.0))
    assert found.hours > 0
    assert found.images_per_second == pytest.approx(1e6 / 3600 / found.hours, rel=0.5)


@pytest.mark.parametrize("preset", ["progressive-test", "dcgan-test"])
def test_families_without_classes_pass_them_over(preset: str, tmp_path: Path) -> None:
    data = Discs(classes=("red", "blue"))
    short: dict[str, Any] = {"data": "discs", "kimg": 0.016, "snapshots": {"kimg": 0.016}}
    run = Run(tmp_path / "run", resolve(preset, short), data, Listener())
    assert run.train()
    assert run.training.classes == ()
