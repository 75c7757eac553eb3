"""Inpainting, ours and as it was published, on drawn faces that no training has seen.

    python benchmarks/inpainting.py OUT.jsonl [--models NAME ...] [--faces N] [--baselines N]
                                    [--starts N] [--only RECIPE ...]

A line of JSON for each model, face, mask and recipe; those that are in OUT are passed over, so a
run goes on where it stopped. At the end a table: decibels inside the hole, share of the trusted
attributes that the referee reads as in the original, seconds of one core, which do not depend on
what else runs; and for each published recipe the paired difference of ours from it with its 95 %
interval.
"""

import argparse
import itertools
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.commands.drawing import finish
from latentstudio.core.mask import Mask, preset
from latentstudio.core.search import Rgb, Settings
from latentstudio.engine.device import prepare_thread
from latentstudio.engine.inpaint import inpaint, to_image, to_picture
from latentstudio.engine.measure import known_pixels
from latentstudio.metrics.evaluation import choose_referee
from latentstudio.metrics.referee import Referee
from latentstudio.models.checkpoint import open_bundle
from latentstudio.models.generator import Generator
from latentstudio.models.registry import open_model
from latentstudio.resources import find_model
from trainers.data.avatars import parse_avatars

FIRST_FACE = 2**25
"""Faces from here on are in no training and in no statistics."""

MASKS = ("centre", "left half", "strokes", "random dots")
SHARES = {"centre": 0.5, "left half": 0.5, "strokes": 0.3, "random dots": 0.8}
BASELINE_MASKS = ("centre", "random dots")

Recipe = Callable[[Generator, Rgb, Mask, int], Rgb]
"""(generator, damaged picture, mask, seed) -> the picture, filled."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--models", nargs="*", default=["avatars-dcgan"])
    parser.add_argument("--faces", type=int, default=100)
    parser.add_argument("--baselines", type=int, default=20, help="faces for published recipes")
    parser.add_argument("--starts", type=int, default=64, help="of moodoki's, 64 as published")
    parser.add_argument("--only", nargs="*", help="recipes by name, all by default")
    parser.add_argument("--share", type=float, default=1.0, help="of all steps, for a trial")
    parser.add_argument("--threads", type=int, help="every core by default")
    options = parser.parse_args()
    prepare_thread(options.threads)
    known = list(_lines(options.out))
    done = {_key(line) for line in known}
    for line in _work(options, done):
        with options.out.open("a") as file:
            file.write(json.dumps(line) + "\n")
        known.append(line)
        print(json.dumps(line), flush=True)
    print("\n".join([*_table(known), *_pairs(known)]))


def recipes(share: float, starts: int) -> dict[str, Recipe]:
    """Ours with less and less work, which gives the curve, and the published ones."""

    def ours(candidates: int, steps: int) -> Recipe:
        def fill(generator: Generator, picture: Rgb, mask: Mask, seed: int) -> Rgb:
            most = max(1, round(steps * share))
            settings = Settings(candidates=candidates, steps=most, seed=seed)
            return finish(inpaint(generator, picture, mask, settings))[0].pixels

        return fill

    def bamos(clip: bool) -> Recipe:
        return lambda *given: _bamos(*given, steps=max(1, round(1000 * share)), clip=clip)

    def moodoki(clip: bool) -> Recipe:
        steps = max(1, round(3000 * share))
        return lambda *given: _moodoki(*given, steps=steps, starts=starts, clip=clip)

    return {
        "ours": ours(16, 150),
        "ours, 16 x 50": ours(16, 50),
        "ours, 4 x 32": ours(4, 32),
        "bamos": bamos(True),
        "bamos, no clip": bamos(False),
        f"moodoki x {starts}": moodoki(True),
        f"moodoki x {starts}, no clip": moodoki(False),
    }


def _bamos(
    generator: Generator, picture: Rgb, mask: Mask, seed: int, steps: int, clip: bool
) -> Rgb:
    """Sum of absolute differences, lambda 0.1, Adam 0.01, one start, pasted without blending."""
    target, hole = _parts(picture, mask)
    random = torch.Generator().manual_seed(seed)
    z = torch.rand(1, generator.info.z_dim, generator=random) * 2 - 1
    if not clip:  # as samples of the model are, or it would be a straw man
        z = torch.randn(1, generator.info.z_dim, generator=random)
    z.requires_grad_()
    adam = torch.optim.Adam([z], 0.01, betas=(0.9, 0.999))
    for _ in range(steps):
        adam.zero_grad()
        with torch.enable_grad():
            image = generator.synthesize(generator.map(z))
            context = ((image - target).abs() * ~hole).sum()
            loss = context + 0.1 * _perceptual(generator, image)
        loss.backward()
        adam.step()
        if clip:
            with torch.no_grad():
                z.clamp_(-1, 1)
    return _pasted(generator, z.detach(), picture, mask)


def _moodoki(
    generator: Generator,
    picture: Rgb,
    mask: Mask,
    seed: int,
    steps: int,
    starts: int,
    clip: bool,
) -> Rgb:
    """Weighted sum, lambda 0.2, Nesterov momentum 0.9 at 0.0003, the best start is pasted.

    A weight is the share of unknown pixels in a window of 15; known pixels far from the hole have
    none.
    """
    target, hole = _parts(picture, mask)
    near = F.avg_pool2d(hole.float()[None, None], 15, 1, 7)[0, 0] * ~hole
    random = torch.Generator().manual_seed(seed)
    z = torch.randn(starts, generator.info.z_dim, generator=random)
    if clip:
        z = z.clamp(-1, 1)
    z.requires_grad_()
    descent = torch.optim.SGD([z], 0.0003, momentum=0.9, nesterov=True)
    context = torch.zeros(0)
    for _ in range(steps):
        descent.zero_grad()
        with torch.enable_grad():
            image = generator.synthesize(generator.map(z))
            context = ((image - target).abs() * near).sum((1, 2, 3))
            loss = context.sum() + 0.2 * _perceptual(generator, image)
        loss.backward()
        descent.step()
        if clip:
            with torch.no_grad():
                z.clamp_(-1, 1)
    return _pasted(generator, z.detach()[context.argmin()][None], picture, mask)


def _perceptual(generator: Generator, image: Tensor) -> Tensor:
    verdict = generator.discriminate(image)
    return image.sum() * 0 if verdict is None else F.softplus(-verdict).sum()


def _parts(picture: Rgb, mask: Mask) -> tuple[Tensor, Tensor]:
    hole = torch.from_numpy(mask.hole.copy())
    return known_pixels(to_image(picture), hole).target, hole


def _pasted(generator: Generator, z: Tensor, picture: Rgb, mask: Mask) -> Rgb:
    drawn = to_picture(generator.synthesize(generator.map(z))[0])
    return np.where(mask.hole[..., None], drawn, picture)


def _work(options: argparse.Namespace, done: set[Any]) -> Iterator[dict[str, Any]]:
    for name in options.models:
        generator, data = open_model(name), open_bundle(find_model(name)).card.training["data"]
        info = generator.info
        referee, faces = choose_referee(None, info.resolution), parse_avatars(str(data))
        trusted = referee.trusted_in(faces.styles)
        for number in range(options.faces):
            picture = faces.image(FIRST_FACE + number, info.resolution)
            for kind in MASKS:
                mask = preset(kind, info.resolution, SHARES[kind], seed=number)
                damaged = np.where(mask.hole[..., None], 128, picture).astype(np.uint8)
                for recipe, fill in recipes(options.share, options.starts).items():
                    if options.only and recipe not in options.only:
                        continue
                    published = not recipe.startswith("ours")
                    if published and (number >= options.baselines or kind not in BASELINE_MASKS):
                        continue
                    line: dict[str, Any] = {
                        "model": info.model_id[:16], "name": info.name, "face": number,
                        "mask": kind, "recipe": recipe, "share": options.share,
                    }  # fmt: skip
                    if _key(line) in done:
                        continue
                    begun, worked = time.perf_counter(), time.process_time()
                    filled = fill(generator, damaged, mask, number)
                    line["seconds"] = round(time.perf_counter() - begun, 3)
                    line["core_seconds"] = round(time.process_time() - worked, 3)
                    line["psnr"] = round(_decibels(filled, picture, mask), 3)
                    line["agreement"] = round(agreement(referee, trusted, filled, picture), 4)
                    yield line


def _decibels(filled: Rgb, picture: Rgb, mask: Mask) -> float:
    """Peak signal to noise inside the hole."""
    off = filled[mask.hole].astype(np.float64) - picture[mask.hole]
    return 10 * math.log10(255**2 / max(float(np.square(off).mean()), 1e-3))


def agreement(referee: Referee, trusted: tuple[str, ...], filled: Rgb, picture: Rgb) -> float:
    """Share of the trusted categories that are read as in the original."""
    read = referee.read(torch.stack([to_image(filled), to_image(picture)]))
    same = [
        bool(read[head.name][0].argmax() == read[head.name][1].argmax())
        for head in referee.heads
        if head.values and head.name in trusted
    ]
    return statistics.mean(same) if same else math.nan


def _table(lines: list[dict[str, Any]]) -> list[str]:
    rows = [
        f"{'model':20} {'mask':12} {'recipe':22} {'faces':>5} {'dB':>7} {'same':>7} {'core s':>8}"
    ]
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in lines:
        groups.setdefault((line["name"], line["mask"], line["recipe"]), []).append(line)
    for (name, mask, recipe), group in sorted(groups.items()):
        means = [statistics.mean(line[key] for line in group) for key in _MEASURED]
        rows.append(
            f"{name:20} {mask:12} {recipe:22} {len(group):5} {means[0]:7.2f} {means[1]:7.1%} "
            f"{means[2]:8.2f}"
        )
    return rows


_MEASURED = ("psnr", "agreement", "core_seconds")


def _pairs(lines: list[dict[str, Any]]) -> Iterator[str]:
    """Each of ours less each published one on the same faces, with the 95 % interval."""
    by_key = {_key(line): line for line in lines}
    models = sorted({line["name"] for line in lines})
    names = sorted({line["recipe"] for line in lines})
    own = [name for name in names if name.startswith("ours")]
    published = [name for name in names if name not in own]
    for model, ours, other in itertools.product(models, own, published):
        pairs = [
            (by_key.get(_key({**line, "recipe": ours})), line)
            for line in lines
            if (line["name"], line["recipe"]) == (model, other)
        ]
        for measured in _MEASURED:
            differences = [a[measured] - b[measured] for a, b in pairs if a is not None]
            if len(differences) > 1:
                mean = statistics.mean(differences)
                reach = 1.96 * statistics.stdev(differences) / math.sqrt(len(differences))
                yield f"{model}: {ours} less {other}: {measured} {mean:+.3f} +- {reach:.3f}"


def _key(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line[key] for key in ("model", "face", "mask", "recipe", "share"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """What an earlier run has written; a line that was cut off is done again."""
    if path.is_file():
        for text in path.read_text().splitlines():
            try:
                yield json.loads(text)
            except json.JSONDecodeError:
                continue


if __name__ == "__main__":
    main()
