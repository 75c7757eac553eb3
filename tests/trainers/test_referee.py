import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import ArrayLike, NDArray

from latentstudio.core.errors import StudioError
from latentstudio.data.factor import Factor
from latentstudio.metrics.referee import Referee, open_referee, referee_names
from latentstudio.metrics.referee_card import Head, RefereeCard, RefereeConfig
from tests.fresh import loads
from trainers.__main__ import main
from trainers.data.avatars import parse_avatars
from trainers.pictures import to_images
from trainers.referee import Criterion, Faces, fit, make_heads, measure, score, spoil
from trainers.referee_config import HELD_OUT_START, referee_presets, resolve_referee

COLOURS = {"red": (200, 40, 40), "green": (40, 200, 40), "blue": (40, 40, 200)}
SIDE = 16


@dataclass(frozen=True)
class Bars:
    """A bar of one of three colours, somewhere; every fifth has a colour nobody tells."""

    count: int
    start: int = 0
    resolution: int = SIDE
    factors: tuple[Factor, ...] = (
        Factor("colour", "category", tuple(COLOURS)),
        Factor("shift_x", "number", range=(-40.0, 40.0)),
    )

    def __len__(self) -> int:
        return self.count

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        images = np.full((len(np.asarray(indices)), SIDE, SIDE, 3), 128, np.uint8)
        for image, (colour, left) in zip(images, map(self._draw, np.asarray(indices)), strict=True):
            image[:, left : left + 4] = list(COLOURS.values())[colour]
        return images

    def attributes(self, indices: ArrayLike) -> dict[str, NDArray[Any]]:
        drawn = [self._draw(index) for index in np.asarray(indices)]
        hidden = np.asarray(indices) % 5 == 0
        colours = np.where(hidden, -1 - np.asarray(indices) % 2, [colour for colour, _ in drawn])
        return {
            "colour": colours,
            "shift_x": np.array([(left - 6) * 100 / SIDE for _, left in drawn], np.float32),
        }

    def _draw(self, index: int) -> tuple[int, int]:
        random = np.random.default_rng(self.start + int(index))
        return int(random.integers(3)), int(random.integers(SIDE - 3))


def faces(*parts: Bars) -> Faces:
    return Faces(parts)  # type: ignore[arg-type]


HEADS = make_heads(Bars.factors)
SHAPE = RefereeConfig(SIDE, (8, 16), (0, 1), HEADS)
TINY = resolve_referee("tiny").model_copy(update={"batch": 32, "epochs": 12.0, "lr": 4e-3})


def quiet(text: str) -> None:
    pass


def test_faces_keep_the_order_that_was_asked_for() -> None:
    both = faces(Bars(10), Bars(6, start=50))
    images, codes = both.batch(np.array([12, 3, 15, 0]))
    assert len(both) == 16
    expected = [Bars(6, start=50).images([2]), Bars(10).images([3]), Bars(6, start=50).images([5])]
    assert np.array_equal(images[:3], np.concatenate(expected))
    assert codes[1, 1] == Bars(10).attributes([3])["shift_x"][0]
    assert codes[3, 0] == -1


def test_labels_that_are_not_known_give_no_gradient() -> None:
    criterion = Criterion(HEADS, faces(Bars(50)))
    numbers = torch.randn(4, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    criterion(numbers, torch.tensor([[-1.0, 5], [2, 0], [-2, 5], [0, 5]])).backward()
    assert numbers.grad is not None
    assert (numbers.grad[[0, 2], :3] == 0).all()
    assert (numbers.grad[[1, 3], :3] != 0).all()
    assert (numbers.grad[:, 3] != 0).all()


def test_the_loss_is_cross_entropy_and_huber() -> None:
    data = faces(Bars(64))
    codes = torch.from_numpy(data.batch(np.arange(64))[1])
    deviation = float(HEADS[1].to_unit(codes[:, 1]).std(correction=0))
    known = float((codes[:, 0] >= 0).float().mean())
    for off, huber in ((0.0, 0.0), (0.5, 0.0625), (-3.0, 1.25)):  # in deviations
        numbers = torch.zeros(64, 4)
        numbers[:, 3] = HEADS[1].to_unit(codes[:, 1]) + off * deviation
        loss = float(Criterion(HEADS, data)(numbers, codes))
        assert loss == pytest.approx(known * np.log(3) + huber, rel=2e-3)


def test_a_toy_is_learned_and_measured() -> None:
    network = fit(SHAPE, faces(Bars(400)), TINY, quiet)
    referee = Referee(RefereeCard("bars", SHAPE), network)
    scores = measure(referee, faces(Bars(300, start=10_000)))
    assert scores.overall["colour"] > 0.97
    assert scores.overall["shift_x"] > 0.9
    assert scores.by_style == {}


def test_the_same_seed_gives_the_same_referee() -> None:
    short = TINY.model_copy(update={"epochs": 1.0})
    first, again = (fit(SHAPE, faces(Bars(64)), short, quiet).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    other = fit(SHAPE, faces(Bars(64)), short.model_copy(update={"seed": 1}), quiet).state_dict()
    assert not torch.equal(first["heads.weight"], other["heads.weight"])


def test_a_moved_face_has_moved_labels() -> None:
    side, count = 64, 40
    images = np.zeros((count, side, side, 3), np.uint8)
    images[:, 20:24, 30:34] = 255
    heads = (Head("shift_y", range=(-9, 9)), Head("hat", ("no", "yes")), Head("shift_x"))
    codes = np.tile(np.array([3, -1, 0], np.float32), (count, 1))
    spoiled, moved = spoil(images, codes, heads, (0, 0))
    assert spoiled.shape == (count, 3, side, side)
    assert (moved[:, 1] == -1).all()
    for image, (down, _, right) in zip(spoiled[-8:], moved[-8:], strict=True):
        row, column = divmod(int(image.mean(0).argmax()), side)
        assert down == 3 + (row - 20) * 100 / side
        assert right == (column - 30) * 100 / side
    assert len(set(moved[:, 0].tolist())) > 1
    assert (codes == [3, -1, 0]).all()


def test_spoiling_depends_on_seed_and_step() -> None:
    images, codes = faces(Bars(20)).batch(np.arange(20))
    first, again, other = (
        spoil(images, codes, HEADS, place)[0] for place in ((0, 1), (0, 1), (0, 2))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert (first[4:16] - to_images(images)[4:16]).abs().max() > 0.1


def test_scores_leave_out_what_is_not_known() -> None:
    head = Head("mouth", ("smile", "sad"))
    told = np.tile(np.array([[0.9, 0.1]]), (60, 1))
    codes = np.repeat(np.array([0, 1, -1], np.float32), 20)
    every = [np.arange(60)]
    assert score(head, told, codes, every) == 0.5
    assert score(head, told, codes, [np.arange(25)]) == 20 / 25
    assert score(head, told, np.zeros(60, np.float32), every) is None  # nothing to tell apart
    assert score(head, told, codes, [np.arange(15, 25), np.arange(40, 60)]) is None  # too few


def test_a_number_must_be_read_within_the_styles() -> None:
    head = Head("scale", range=(-9, 9))
    values = np.arange(60, dtype=np.float32)
    halves = [np.arange(30), np.arange(30, 60)]
    means = np.repeat([14.5, 44.5], 30)
    assert score(head, values, values, halves) == 1
    assert score(head, means, values, [np.arange(60)]) == pytest.approx(0.75, abs=0.01)
    assert score(head, means, values, halves) == pytest.approx(0, abs=1e-6)


def test_presets_make_sense() -> None:
    assert set(referee_presets()) == {"avatar64a", "avatar64b", "avatar128a", "avatar128b", "tiny"}
    for name in referee_presets():
        config = resolve_referee(name)
        shape = RefereeConfig(config.resolution, config.widths, config.residuals)
        assert name == "tiny" or str(shape.resolution) in name
        assert max(part.faces for part in config.data) + config.start <= HELD_OUT_START
    first, second = resolve_referee("avatar64a"), resolve_referee("avatar64b")
    assert first.data == second.data
    assert max(part.faces for part in first.data) <= second.start
    with pytest.raises(StudioError, match="Did you mean avatar64a"):
        resolve_referee("avatar46a")


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("trainers.data.cache.SHARD", 64)
    out = tmp_path / "mine.safetensors"
    assert main(["referee", "tiny", "--out", str(out), "--threads", "1", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    referee = open_referee(out)
    assert referee.name == "mine"
    assert facts["weights_hash"] == referee.weights_hash
    assert facts["accuracy"] == referee.accuracy
    assert {"style", "mouth", "rotate"} <= referee.accuracy.keys()
    assert "CC BY 4.0" in referee.card.licence
    assert len(referee.card.attributions) == 2
    assert referee.card.training["preset"] == "tiny"
    assert main(["referee", "tiny", "--out", str(tmp_path / "mine.pt")]) == 1
    assert "Name it mine.safetensors" in capsys.readouterr().err
    assert main(["referee", "tyni", "--out", str(out)]) == 1
    assert "Did you mean tiny" in capsys.readouterr().err


def test_help_needs_no_torch() -> None:
    assert not loads("import trainers.__main__ as m; m.main(['referee', '--help'])", "torch")
    assert not loads("import trainers.__main__ as m; m.main(['presets'])", "torch")


@pytest.mark.parametrize("name", [name for name in referee_names() if "64" in name])
def test_bundled_referees_tell_the_style_of_faces_drawn_now(name: str) -> None:
    referee = open_referee(name)
    drawn = parse_avatars(resolve_referee(name).data[0].spec)
    numbers = range(9_000_000, 9_000_064)
    images = np.stack([drawn.image(number, referee.resolution) for number in numbers])
    told = referee.read(to_images(images))
    styles = next(head for head in referee.heads if head.name == "style").values
    right = [
        styles[int(place)] == drawn.describe(number)["style"]
        for number, place in zip(numbers, told["style"].argmax(1), strict=True)
    ]
    assert np.mean(right) >= 0.95


@pytest.mark.parametrize("name", [name for name in referee_names() if "128" in name])
def test_bundled_referees_tell_the_glasses_of_faces_drawn_now(name: str) -> None:
    referee = open_referee(name)
    drawn = parse_avatars(resolve_referee(name).data[0].spec)
    numbers = range(9_000_000, 9_000_032)
    images = np.stack([drawn.image(number, referee.resolution) for number in numbers])
    told = referee.read(to_images(images))["glasses"].argmax(1)
    expected = [("none", "glasses").index(str(drawn.describe(n)["glasses"])) for n in numbers]
    assert np.mean(told.numpy() == expected) >= 0.95
