"""Trains a referee on labelled faces, spoiled a little so that it does not learn the renderer."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio import __version__
from latentstudio.core.errors import StudioError
from latentstudio.data.factor import Factor
from latentstudio.metrics.referee import (
    Referee,
    RefereeNetwork,
    initialise,
    open_referee,
    save_referee,
)
from latentstudio.metrics.referee_card import Head, RefereeCard, RefereeConfig
from latentstudio.models.layers import fold_norms
from trainers.data.dataset import Dataset, open_data
from trainers.pictures import to_images
from trainers.referee_config import HELD_OUT_START, RefereeRunConfig
from trainers.streams import data_indices, stream

SHIFT = 32  # a face is moved by up to its side divided by this
LEAST_SHOWN = 20  # labelled faces of a style; fewer tell nothing about it
_WARM_UP = 0.1
_STYLE = "style"

Note = Callable[[str], None]
Rows = Sequence[NDArray[np.int64]]


@dataclass(frozen=True)
class Faces:
    """Several sets of labelled faces, one after the other."""

    parts: Sequence[Dataset]

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    @property
    def factors(self) -> tuple[Factor, ...]:
        return self.parts[0].factors

    def batch(self, indices: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Pictures uint8 [B, R, R, 3], and codes [B, factors] as ``Factor.code`` makes them."""
        side = self.parts[0].resolution
        images = np.empty((len(indices), side, side, 3), np.uint8)
        codes = np.empty((len(indices), len(self.factors)), np.float32)
        before = 0
        for part in self.parts:
            places = np.flatnonzero((indices >= before) & (indices < before + len(part)))
            own, before = indices[places] - before, before + len(part)
            if len(own):
                table = part.attributes(own)
                images[places] = part.images(own)
                codes[places] = np.stack([table[factor.name] for factor in self.factors], 1)
        return images, codes


@dataclass(frozen=True)
class Scores:
    """How well held-out faces are read, by factor: the share read rightly, or R^2 of a number.

    Overall, R^2 is the share of the variance within the styles.
    """

    overall: Mapping[str, float]
    by_style: Mapping[str, Mapping[str, float]]


def train_referee(config: RefereeRunConfig, out: Path, note: Note) -> Referee:
    """Train a referee, write its file, and measure the file on faces that it has not seen.

    Args:
        config: what to learn from, and how.
        out: ``NAME.safetensors``; the stem becomes the referee's name.
        note: is told how it goes, a line at a time.

    Raises:
        StudioError: the data has no labels, or the file cannot be written.
    """
    _check_out(out)
    faces = Faces(
        [open_data(d.spec, config.resolution, d.faces, start=config.start) for d in config.data]
    )
    held_out = Faces(
        [open_data(config.data[0].spec, config.resolution, config.held_out, start=HELD_OUT_START)]
    )
    heads = make_heads(faces.factors)
    if not heads:
        raise StudioError("Nothing to read in these pictures", "they have no labels")
    if any(part.factors != faces.factors for part in faces.parts):
        raise StudioError("These data sets do not go together", "their factors differ")
    shape = RefereeConfig(config.resolution, config.widths, config.residuals, heads)
    note(f"{len(faces)} faces, {len(heads)} factors")
    network = fit(shape, faces, config, note)
    first = faces.parts[0]
    facts = _facts(config, len(faces))
    card = RefereeCard(
        out.stem, shape, training=facts, licence=first.licence, attributions=first.attributions
    )
    save_referee(out, card, network.state_dict())
    scores = measure(open_referee(out), held_out)  # as stored: in half precision
    card = RefereeCard(
        out.stem, shape, scores.overall, scores.by_style, facts, first.licence, first.attributions
    )
    save_referee(out, card, network.state_dict())
    return open_referee(out)


def make_heads(factors: Sequence[Factor]) -> tuple[Head, ...]:
    """A head for each factor."""
    return tuple(Head(factor.name, factor.values, factor.range) for factor in factors)


def fit(shape: RefereeConfig, faces: Faces, config: RefereeRunConfig, note: Note) -> RefereeNetwork:
    """Train a network on faces; batch norm is folded into the weights that come back.

    The same arguments give the same weights on the same machine and number of threads.
    """
    network = RefereeNetwork(shape, batch_norm=True)
    initialise(network, stream("weights", config.seed))
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    steps = max(round(config.epochs * len(faces) / config.batch), 1)
    optimizer = torch.optim.AdamW(
        network.parameters(), config.lr, (0.9, 0.99), weight_decay=config.weight_decay
    )
    criterion = Criterion(shape.heads, faces)
    _begin_at(network, criterion.means)
    bfloat16 = config.precision == "bfloat16"
    began, total = time.monotonic(), 0.0
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = config.lr * _schedule((step + 0.5) / steps)
        indices = data_indices(config.seed, step * config.batch, config.batch, len(faces))
        images, codes = spoil(*faces.batch(indices), shape.heads, (config.seed, step))
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            features = network.embed(images)
        loss = criterion(network.judge(features.float()), codes)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        total += float(loss.detach())
        if (step + 1) % 100 == 0:
            speed = (step + 1) * config.batch / (time.monotonic() - began)
            note(f"step {step + 1} of {steps}, loss {total / 100:.3f}, {speed:.0f} faces a second")
            total = 0.0
    return _settled(network)


class Criterion:
    """The loss: for each head cross entropy, or half the Huber loss of a number.

    Numbers are counted in deviations within a style (Huber 1964, with a bend at one deviation):
    the styles differ more in size and place than faces of one style do. Labels that are hidden or
    unclear count nothing.

    Attributes:
        means: of the numbers, on the network's scale, among all outputs; 0 elsewhere.
    """

    def __init__(self, heads: Sequence[Head], faces: Faces) -> None:
        self._heads = heads
        some = np.linspace(0, len(faces) - 1, min(len(faces), 2048)).astype(np.int64)
        codes = faces.batch(some)[1]
        groups = list(_styles_of(heads, codes).values())
        self._deviations: dict[str, float] = {}
        self.means: list[float] = []
        for place, head in enumerate(heads):
            if head.values:
                self.means += [0.0] * head.outputs
            else:
                values = head.to_unit(codes[:, place])
                self.means.append(float(values.mean()))
                self._deviations[head.name] = _variance_within(values, groups) ** 0.5 + 1e-4

    def __call__(self, numbers: Tensor, codes: Tensor) -> Tensor:
        """The loss of numbers [B, outputs] for codes [B, heads], one number."""
        parts = torch.split(numbers, [head.outputs for head in self._heads], dim=1)
        losses = [
            self._of_head(head, part, codes[:, place])
            for place, (head, part) in enumerate(zip(self._heads, parts, strict=True))
        ]
        return torch.stack(losses).sum()

    def _of_head(self, head: Head, part: Tensor, codes: Tensor) -> Tensor:
        if not head.values:
            deviation = self._deviations[head.name]
            return F.smooth_l1_loss(part[:, 0] / deviation, head.to_unit(codes) / deviation) / 2
        targets = codes.long()
        total = F.cross_entropy(part, targets.clamp_min(-1), ignore_index=-1, reduction="sum")
        return total / len(codes)


# --- spoiling ------------------------------------------------------------------------------------


def spoil(
    images: NDArray[np.uint8],
    codes: NDArray[np.float32],
    heads: Sequence[Head],
    seed: tuple[int, int],
) -> tuple[Tensor, Tensor]:
    """Move, tint, blur and roughen faces, so that fine marks of the renderer tell nothing.

    All are moved and tinted; then the first fifth is halved and enlarged again, the next fifth is
    blurred, and the middle three fifths are given noise. The order of the batch must be random.

    Returns:
        Pictures [B, 3, R, R], and codes whose shifts are those of the moved faces.
    """
    random = stream("torch", *seed)
    count, side = images.shape[:2]
    moved, moves = _move(images, side // SHIFT, random)
    codes = codes.copy()
    for place, head in enumerate(heads):
        if head.name in ("shift_x", "shift_y"):
            codes[:, place] += moves[:, int(head.name == "shift_x")] * (100 / side)
    result = to_images(moved)
    result *= 1 + 0.06 * (2 * torch.rand(count, 3, 1, 1, generator=random) - 1)
    result += 0.05 * (2 * torch.rand(count, 3, 1, 1, generator=random) - 1)
    fifth = count // 5
    small = F.avg_pool2d(result[:fifth], 2)
    result[:fifth] = F.interpolate(small, scale_factor=2, mode="bilinear")
    sharp = result[fifth : 2 * fifth]
    soft = F.avg_pool2d(F.pad(sharp, (1, 1, 1, 1), mode="replicate"), 3, 1)
    amount = torch.rand(len(sharp), 1, 1, 1, generator=random)
    result[fifth : 2 * fifth] = torch.lerp(sharp, soft, amount)
    rough = result[fifth : 4 * fifth]
    spread = 0.06 * torch.rand(len(rough), 1, 1, 1, generator=random)
    rough += spread * torch.randn(rough.shape, generator=random)
    return result, torch.from_numpy(codes)


def _move(
    images: NDArray[np.uint8], reach: int, random: torch.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Shift each picture by up to ``reach`` pixels down and right, its edge repeated."""
    moves = torch.randint(-reach, reach + 1, (len(images), 2), generator=random).numpy()
    around = (reach, reach)
    padded = np.pad(images, ((0, 0), around, around, (0, 0)), mode="edge")
    side, moved = images.shape[1], np.empty_like(images)
    for place, (down, right) in enumerate(reach - moves):
        moved[place] = padded[place, down : down + side, right : right + side]
    return moved, moves


# --- measuring -----------------------------------------------------------------------------------


@torch.no_grad()
def measure(referee: Referee, faces: Faces) -> Scores:
    """Read faces and compare with their labels; labels that are hidden or unclear are left out."""
    read: dict[str, list[Tensor]] = {head.name: [] for head in referee.heads}
    codes = []
    for indices in np.array_split(np.arange(len(faces)), -(-len(faces) // 256)):
        images, part = faces.batch(indices)
        codes.append(part)
        for name, values in referee.read(to_images(images)).items():
            read[name].append(values)
    told = {name: torch.cat(parts).numpy() for name, parts in read.items()}
    table = np.concatenate(codes)
    styles = _styles_of(referee.heads, table)
    overall = _score_rows(referee.heads, told, table, list(styles.values()))
    if len(styles) == 1:
        return Scores(overall, {})
    by_style = {
        style: _score_rows(referee.heads, told, table, [rows]) for style, rows in styles.items()
    }
    return Scores(overall, by_style)


def score(head: Head, told: NDArray[Any], codes: NDArray[np.float32], groups: Rows) -> float | None:
    """How well the faces of all groups are read, whose rows ``groups`` lists.

    Args:
        head: what is read.
        told: probabilities [B, V] or numbers [B].
        codes: labels [B].
        groups: for a number, the variance within these is to be explained.

    Returns:
        The share of labels that the most probable values hit, or R^2; None where too few faces
        have a label, or all have the same.
    """
    rows = np.concatenate(list(groups))
    known = rows[codes[rows] >= 0] if head.values else rows
    if len(known) < LEAST_SHOWN or np.ptp(codes[known]) == 0:
        return None
    if head.values:
        return float((told[known].argmax(1) == codes[known]).mean())
    error = ((told[known] - codes[known]) ** 2).mean()
    return float(1 - error / max(_variance_within(codes, groups), 1e-12))


def _score_rows(
    heads: Sequence[Head], told: Mapping[str, NDArray[Any]], table: NDArray[np.float32], rows: Rows
) -> dict[str, float]:
    scores = {
        head.name: score(head, told[head.name], table[:, place], rows)
        for place, head in enumerate(heads)
    }
    return {name: round(value, 4) for name, value in scores.items() if value is not None}


def _variance_within(values: NDArray[np.float32], groups: Rows) -> float:
    """The mean squared distance of values [B] from the mean of their group."""
    squares = [((values[rows] - values[rows].mean()) ** 2).sum() for rows in groups if len(rows)]
    return float(sum(squares) / sum(len(rows) for rows in groups))


def _styles_of(heads: Sequence[Head], table: NDArray[np.float32]) -> dict[str, NDArray[np.int64]]:
    """The rows of each style; all rows together where the faces have one style only."""
    for place, head in enumerate(heads):
        if head.name == _STYLE:
            return {
                style: np.flatnonzero(table[:, place] == code)
                for code, style in enumerate(head.values)
            }
    return {"": np.arange(len(table))}


# --- the rest ------------------------------------------------------------------------------------


def _begin_at(network: RefereeNetwork, means: Sequence[float]) -> None:
    """Let a network without knowledge say these numbers, in place."""
    assert isinstance(network.heads, nn.Linear)
    nn.init.zeros_(network.heads.weight)
    with torch.no_grad():
        network.heads.bias.copy_(torch.tensor(means))


def _schedule(done: float) -> float:
    """The learning rate's share of its highest value, at a share of all steps."""
    if done < _WARM_UP:
        return done / _WARM_UP
    return (1 + math.cos(math.pi * (done - _WARM_UP) / (1 - _WARM_UP))) / 2


def _settled(network: RefereeNetwork) -> RefereeNetwork:
    folded = fold_norms(network.eval().requires_grad_(False))
    assert isinstance(folded, RefereeNetwork)
    return folded


def _facts(config: RefereeRunConfig, faces: int) -> dict[str, str]:
    return {
        "preset": config.name,
        "data": "; ".join(part.spec for part in config.data),
        "faces": f"{faces} from number {config.start} on",
        "held out": f"{config.held_out} of the first data from number {HELD_OUT_START} on",
        "epochs": f"{config.epochs:g}",
        "seed": str(config.seed),
        "code version": __version__,
    }


def _check_out(out: Path) -> None:
    if out.suffix != ".safetensors":
        hint = f"Name it {out.with_suffix('.safetensors').name}."
        raise StudioError(f"Cannot write {out.name}", "a referee is a safetensors file", hint)
