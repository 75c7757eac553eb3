import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.models.registry import open_model
from tests.trainers.pictures import Discs, Listener, tiny_config
from trainers.checkpoint import read_snapshot
from trainers.config import resolve
from trainers.loop import Facts
from trainers.run import Run, read_config

SHORT: dict[str, Any] = {"kimg": 0.064, "snapshots": {"kimg": 0.032}}


def run(folder: Path, listener: Listener | None = None, **changes: Any) -> Run:
    return Run(folder, tiny_config(**(SHORT | changes)), Discs(), listener or Listener())


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "stats.jsonl").read_text().splitlines()]


def test_a_run_folder_holds_everything(tmp_path: Path) -> None:
    listener = Listener()
    assert run(tmp_path / "a", listener).train()
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert {"config.yaml", "stats.jsonl", "snapshot.pt", "snapshot-best.pt"} <= names
    assert "fakes000000.png" in names
    ticks = [line for line in lines(tmp_path / "a") if "loss_g" in line]
    assert {"kimg", "seconds", "images_per_second", "skipped", "loss_d", "d_real", "d_fake",
            "gradient_d", "gradient_g", "r1"} <= ticks[0].keys()  # fmt: skip
    assert [line["kimg"] for line in lines(tmp_path / "a") if "swd" in line] == [0.032, 0.064]
    assert len(listener.steps) == 8
    assert len(listener.notes) == 2
    assert read_config(tmp_path / "a") == tiny_config(**SHORT)


def test_the_best_snapshot_is_exported_and_opens(tmp_path: Path) -> None:
    done = run(tmp_path / "a")
    done.train()
    models = sorted((tmp_path / "a").glob("export-*.safetensors"))
    assert 1 <= len(models) <= 2
    model = open_model(str(models[-1]))
    assert model.info.resolution == 16
    lowest = min(line["swd"] for line in lines(tmp_path / "a") if "swd" in line)
    assert done.best.swd == pytest.approx(lowest, abs=1e-3)


def test_a_finished_run_goes_on_when_asked_for_more(tmp_path: Path) -> None:
    steady = {"optimizer": {"decay_from": 1.0}}  # else the rates depend on the end
    run(tmp_path / "a", **steady).train()
    more = run(tmp_path / "a", kimg=0.096, **steady)
    assert more.resumed
    assert more.training.images == 64
    assert more.train()
    straight = run(tmp_path / "b", kimg=0.096, **steady)
    straight.train()
    states = [network.training.average.state_dict() for network in (more, straight)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_another_recipe_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "a")
    with pytest.raises(StudioError, match=r"another seed.*Choose another --out"):
        run(tmp_path / "a", seed=3)
    run(tmp_path / "a", threads=2, snapshots={"kimg": 1})


@pytest.mark.parametrize("family", ["biggan", "stylegan"])
def test_data_that_gained_a_class_is_refused(family: str, tmp_path: Path) -> None:
    config = resolve(f"{family}-test", {"data": "discs", **SHORT})
    Run(tmp_path / "a", config, Discs(classes=("red", "blue")), Listener()).train()
    more = Discs(classes=("red", "blue", "green"))
    words = "run has other classes than the data - .*with red, blue; .*now has red, blue, green"
    with pytest.raises(StudioError, match=words):
        Run(tmp_path / "a", config, more, Listener())
    assert Run(tmp_path / "a", config, Discs(classes=("red", "blue")), Listener()).resumed


def test_a_run_of_another_family_is_named_in_one_line(tmp_path: Path) -> None:
    run(tmp_path / "a")
    other = resolve("stylegan-test", {"data": "discs", "batch": 4})
    words = "another model.family - it has 'dcgan', asked for is 'stylegan'"
    with pytest.raises(StudioError, match=words) as caught:
        Run(tmp_path / "a", other, Discs(), Listener())
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("family", ["biggan", "progressive", "stylegan"])
def test_eight_pixels_train_to_the_end_and_are_judged(family: str, tmp_path: Path) -> None:
    model: dict[str, Any] = {"resolution": 8, "widths_g": [8, 8], "widths_d": [8, 8]}
    if family == "biggan":
        model |= {"halvings_d": 1, "attention": 0}
    config = resolve(f"{family}-test", {"data": "discs", **SHORT, "schedule": [], "model": model})
    assert Run(tmp_path / "a", config, Discs(8, classes=("red", "blue")), Listener()).train()
    assert all(line["swd8"] > 0 for line in lines(tmp_path / "a") if "swd" in line)
    assert list((tmp_path / "a").glob("export-*.safetensors"))


def test_statistics_of_lost_steps_are_forgotten(tmp_path: Path) -> None:
    run(tmp_path / "a").train()
    with (tmp_path / "a" / "stats.jsonl").open("a") as file:
        file.write('{"kimg": 0.09, "swd": 1}\n{"kimg": 0.1, "lo')
    run(tmp_path / "a").train()
    assert lines(tmp_path / "a")[-1]["kimg"] == 0.064


def test_a_polite_signal_keeps_the_last_step(tmp_path: Path) -> None:
    class Impatient(Listener):
        def step(self, images: int, facts: Facts) -> None:
            super().step(images, facts)
            if len(self.steps) == 3:
                os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    assert not run(tmp_path / "a", Impatient()).train()
    assert signal.getsignal(signal.SIGTERM) is before
    assert read_snapshot(tmp_path / "a" / "snapshot.pt")["training"]["images"] == 24


def test_a_skipped_phase_is_said(tmp_path: Path) -> None:
    listener = Listener()
    broken = run(tmp_path / "a", listener)
    with torch.no_grad():
        next(broken.training.discriminator.parameters()).fill_(torch.nan)
    with pytest.raises(StudioError, match="come apart"):
        broken.train()
    assert "not finite" in listener.notes[0]


@pytest.mark.parametrize("most", [4_000, 40_000])
def test_a_disk_that_fills_in_a_snapshot_leaves_the_one_before(
    most: int, full_disk: Callable[[int], None], tmp_path: Path
) -> None:
    class Filling(Listener):
        def step(self, images: int, facts: Facts) -> None:
            if len(self.steps) == 6:
                full_disk(most)
            super().step(images, facts)

    with pytest.raises(StudioError, match=r"Could not write (fakes|snapshot).* file is unchanged"):
        run(tmp_path / "a", Filling()).train()
    full_disk(2**30)
    for name in ("snapshot.pt", "snapshot-best.pt"):
        assert read_snapshot(tmp_path / "a" / name)["training"]["images"] == 32
    again = run(tmp_path / "a")
    assert again.training.images == 32
    assert again.train()


def test_a_run_can_begin_with_a_model(tmp_path: Path) -> None:
    first = run(tmp_path / "a")
    first.train()
    model = max((tmp_path / "a").glob("export-*.safetensors"))
    second = run(tmp_path / "b", init=str(model))
    weight = "picture.weight"
    ours, theirs = (
        part.training.average.state_dict()[weight] for part in (second, run(tmp_path / "c"))
    )
    stored = open_weights(model, f"generator.{weight}")
    assert torch.equal(ours, stored.float())
    assert not torch.equal(ours, theirs)
    critic = second.training.discriminator.state_dict()["verdict.weight"]
    assert torch.equal(critic, open_weights(model, "discriminator.verdict.weight").float())
    with pytest.raises(StudioError, match="cannot begin this run"):
        run(tmp_path / "d", init=str(model), model={"width_g": 4})
    with pytest.raises(StudioError, match="cannot begin this run"):
        run(tmp_path / "e", init=str(model), model={"norm_d": "batch"})
    other = resolve("stylegan-test", {"data": "discs", "init": str(model)})
    words = r"is a model of the family dcgan, the run is of the family stylegan\. .*preset of dcgan"
    with pytest.raises(StudioError, match=words) as caught:
        Run(tmp_path / "f", other, Discs(), Listener())
    assert len(str(caught.value)) < 250


def open_weights(path: Path, name: str) -> torch.Tensor:
    from safetensors.torch import load_file

    return load_file(path)[name]


def test_two_trainings_in_one_folder_are_refused(tmp_path: Path) -> None:
    second = run(tmp_path / "a")

    class Meddler(Listener):
        def step(self, images: int, facts: Facts) -> None:
            with pytest.raises(StudioError, match="is in use"):
                second.train()
            super().step(images, facts)

    first = Meddler()
    assert run(tmp_path / "a", first).train()
    assert len(first.steps) == 8
    assert second.train()  # once it is free
