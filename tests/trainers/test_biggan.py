import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.models.biggan import BigganDiscriminator, BigganGenerator
from latentstudio.models.registry import open_model
from tests.commands import runner
from tests.trainers.pictures import Discs, Listener
from trainers.__main__ import main
from trainers.config import RunConfig, resolve
from trainers.ema import estimate_statistics
from trainers.export import Provenance, publish, write_model
from trainers.judge import Judge, chunked, draw_some, settle
from trainers.loop import SIGMAS_EVERY, Training
from trainers.pictures import Batch
from trainers.probe import probe
from trainers.run import Run
from trainers.streams import stream

NAMES = ("disc", "dot", "spot")
DATA = Discs(classes=NAMES)


def config_of(**changes: Any) -> RunConfig:
    return resolve("biggan-test", {"data": "discs", **changes})


def batches(config: RunConfig, number: int) -> list[Batch]:
    """What the step of this number is shown."""
    wanted = config.batch * config.d_steps
    rows = np.arange(number * wanted, (number + 1) * wanted).reshape(config.d_steps, -1)
    return [Batch(DATA.images(row), DATA.labels(row)) for row in rows]


def steps(training: Training, count: int) -> list[dict[str, float]]:
    return [training.step(batches(training.config, i)) for i in range(count)]


RECIPES: dict[str, dict[str, Any]] = {
    "plain": {},
    "two critic steps, hinge, r1, orthogonal": {
        "d_steps": 2,
        "loss": {"kind": "hinge"},
        "regularizers": [{"kind": "r1", "every": 2}, {"kind": "orthogonal"}],
    },
    "without deviation": {"model": {"deviation": False}},
    "accumulated, truncated prior": {"accumulate": 2, "model": {"prior": "truncnormal"}},
    "without norms": {"model": {"norm_g": "none", "norm_d": "none", "attention": 0}},
    "bfloat16": {"precision": "bfloat16"},
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_biggan_trains_and_goes_on_from_its_state(name: str) -> None:
    config = config_of(**RECIPES[name])
    whole, first, second = (Training(config, classes=NAMES) for _ in range(3))
    facts = steps(whole, 4)
    assert all(np.isfinite(list(fact.values())).all() for fact in facts)
    steps(first, 2)
    second.load_state(first.state())
    for i in (2, 3):
        second.step(batches(config, i))
    for part in ("average", "generator", "discriminator"):
        pair = [getattr(training, part).state_dict() for training in (whole, second)]
        assert all(torch.equal(pair[0][name], pair[1][name]) for name in pair[0])


def test_singular_values_are_watched_now_and_then() -> None:
    training = Training(config_of(model={"norm_d": "spectral"}), classes=NAMES)
    facts = steps(training, SIGMAS_EVERY + 1)
    seen = ["sigma_g" in fact and "sigma_d" in fact for fact in facts]
    assert seen == [True, *[False] * (SIGMAS_EVERY - 1), True]
    # Orthogonal weights begin with singular values of 1, and move away from them.
    assert facts[0]["sigma_g"] == pytest.approx(1, abs=0.02)
    assert facts[-1]["sigma_g"] != facts[0]["sigma_g"]
    plain = Training(config_of(**RECIPES["without norms"]), classes=NAMES)
    assert "sigma_g" not in steps(plain, 1)[0]


def test_the_first_weights_are_of_the_seed() -> None:
    same, again, other = (Training(config_of(seed=s), classes=NAMES) for s in (1, 1, 2))
    shared = [training.average.state_dict()["shared"] for training in (same, again, other)]
    assert torch.equal(shared[0], shared[1])
    assert not torch.equal(shared[0], shared[2])
    torch.testing.assert_close(shared[0] @ shared[0].T, torch.eye(3))


def test_standing_statistics_are_of_all_classes() -> None:
    training = Training(config_of(), classes=NAMES)
    steps(training, 2)
    settle(training, 300)
    z, classes = draw_some(training, 300, stream("statistics", training.config.seed))
    assert classes.sum(0).tolist() == [100, 100, 100]
    assert z.abs().max() <= 2  # what the studio draws, though the training draws a normal z
    settled = {name: t.clone() for name, t in training.average.state_dict().items()}
    third = classes[:, 0] == 1
    estimate_statistics(training.average, chunked(z[third], classes[third]))
    one = training.average.state_dict()
    assert torch.equal(settled["picture.weight"], one["picture.weight"])
    name = "blocks.1.norm1.norm.running_mean"
    assert not torch.allclose(settled[name], one[name], atol=1e-4)


def test_the_exported_file_draws_what_the_average_draws(tmp_path: Path) -> None:
    training = Training(config_of(), classes=NAMES)
    steps(training, 5)
    settle(training, 64)
    card = write_model(
        tmp_path / "faces.safetensors",
        training,
        Judge(training.config, DATA),
        Provenance(half=False),
    )
    assert card.classes == NAMES
    assert not any("parametrizations" in name for name in card.tensors)
    assert card.tensors["stats.style_mean"].shape == (1, card.info.style_dim)
    model = open_model(str(tmp_path / "faces.safetensors"))
    z, weights = draw_some(training, 6, torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = training.average(z, weights)
    drawn = model.synthesize(model.map(z, [*NAMES, *NAMES]))
    torch.testing.assert_close(drawn, expected, atol=1e-5, rtol=1e-5)
    verdicts = model.discriminate(drawn, weights)
    training.discriminator.eval()
    with torch.no_grad():
        said = training.discriminator(drawn, weights)
    torch.testing.assert_close(verdicts, said, atol=1e-4, rtol=1e-4)


def test_a_published_file_is_measured_by_its_classes_and_can_begin_a_run(tmp_path: Path) -> None:
    training = Training(config_of(), classes=NAMES)
    steps(training, 1)
    path = tmp_path / "faces.safetensors"
    card = publish(path, training, Judge(training.config, DATA), Provenance())
    assert card.metrics["swd"] > 0  # type: ignore[operator]
    again = Run(tmp_path / "run", config_of(init=str(path)), DATA, Listener()).training
    stored = training.average.state_dict()["shared"]
    torch.testing.assert_close(again.average.state_dict()["shared"], stored, atol=1e-3, rtol=0)


@dataclass(frozen=True)
class Oddly:
    """Discs with other labels than their classes; fulfils ``trainers.loop.Pictures``."""

    numbers: Any
    classes: tuple[str, ...] = NAMES
    licence: str = ""
    attributions: tuple[str, ...] = ()

    def __len__(self) -> int:
        return 6

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        return Discs().images(indices)

    def labels(self, indices: ArrayLike) -> NDArray[Any] | None:
        return None if self.numbers is None else np.array(self.numbers)[np.asarray(indices)]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (Oddly(None, ()), "at least two classes - the data has no labels"),
        (Oddly(np.ones((6, 4)), ()), "the labels of the data are lists of numbers"),
        (Oddly([0] * 6, ("disc",)), "the data has only one, disc"),
        (Oddly([1] * 6), "the data has only one, dot"),
        (Oddly([0, 1, 2, 3, 0, 1]), "label 3 of the data names no class - there are 3 classes"),
        (Oddly([0, 1, -1, 2, 0, 1]), "label -1 of the data names no class"),
        (Oddly(None), "names classes, but has no class numbers"),
    ],
)
def test_labels_that_teach_no_classes_are_refused_before_anything_is_written(
    tmp_path: Path, data: Oddly, words: str
) -> None:
    with pytest.raises(StudioError, match=words):
        Run(tmp_path / "run", config_of(), data, Listener())
    assert not (tmp_path / "run").exists()


def test_other_families_refuse_wrong_labels_only(tmp_path: Path) -> None:
    config = resolve("dcgan-test", {"data": "discs"})
    Run(tmp_path / "a", config, Oddly(None, ()), Listener())
    with pytest.raises(StudioError, match="label 3 of the data names no class"):
        Run(tmp_path / "b", config, Oddly([0, 1, 2, 3, 0, 1]), Listener())


@pytest.fixture
def gradients_afterwards() -> Iterator[None]:
    """Commands switch gradients off for good."""
    yield
    torch.set_grad_enabled(True)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pictures and their class numbers in the layout of dataset.json, and a cache of our own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "discs"
    folder.mkdir()
    names = [f"{number:02}.png" for number in range(24)]
    for name, image in zip(names, DATA.images(range(24)), strict=True):
        Image.fromarray(image).save(folder / name)
    labels = [[name, number % 3] for number, name in enumerate(names)]
    classes = {"classes": list(NAMES), "names": [], "kinds": []}
    layout = {"labels": labels, "attributes": classes}
    (folder / "dataset.json").write_text(json.dumps(layout), "utf-8")
    return folder


@pytest.mark.usefixtures("gradients_afterwards")
def test_from_labelled_pictures_to_a_face_of_a_class(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run, model = tmp_path / "run", tmp_path / "discs.safetensors"
    small = ["--set", "snapshots={judged_images: 16, statistics_images: 16}", "--kimg", "0.016"]
    assert main(["biggan-test", "--data", str(folder), "--out", str(run), *small]) == 0
    assert main(["export", str(run), "--out", str(model)]) == 0
    generate = runner(capfd)

    def drawn(name: str) -> bytes:
        out = tmp_path / name
        ended = generate("generate", model, "--seeds", "7", "--class", name, "--out", out)
        assert ended.code == 0
        return Image.open(out / "seed0007.png").tobytes()

    assert len({drawn(name) for name in NAMES}) == 3
    wrong = generate("generate", model, "--seeds", "7", "--class", "disk", "--out", tmp_path)
    assert wrong.code == 1
    assert "Did you mean disc?" in wrong.err


def test_data_without_classes_is_refused_before_it_is_made_ready(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "dataset.json").unlink()
    assert main(["biggan-test", "--data", str(folder), "--out", str(tmp_path / "run")]) == 1
    assert "biggan needs at least two classes" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "cache").exists()


def test_a_dry_run_without_classes_is_refused() -> None:
    with pytest.raises(
        StudioError, match=r"biggan needs at least two classes.*avatars:micah,dylan"
    ):
        probe(config_of())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"attention": 12}}, "attention is at 12 pixels"),
        ({"model": {"widths_g": [8, 8]}}, "2 widths for a resolution of 16"),
        ({"style_mixing": 0.5}, "need model.family=stylegan"),
        ({"accumulate": 3}, "batch of 8 cannot be split into 3"),
        ({"accumulate": 8}, "at least two pictures"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(StudioError, match=words):
        config_of(**changes)


def test_the_paper_preset_has_the_published_number_of_weights() -> None:
    # Those of the authors' 128 px networks for the 1000 classes of ImageNet.
    model = resolve("biggan-paper", {}).model
    with torch.device("meta"):
        pair = (
            BigganGenerator(model.generator(1000)),  # type: ignore[arg-type]
            BigganDiscriminator(model.discriminator("hinge", 1000)),  # type: ignore[arg-type]
        )
    counts = [sum(weight.numel() for weight in network.parameters()) for network in pair]
    assert counts == pytest.approx([70.43e6, 87.98e6], rel=1e-3)
