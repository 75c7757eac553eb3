"""Projection of generated faces: does it find again what the model drew?

    python benchmarks/projection.py MODEL [--faces N] [--first SEED] [--space z|w|w+]

Each face's own latent is withheld and its noise is fixed. A line for each: the mean difference of
the found picture in levels of 255, seconds, and the share of trusted attributes that the referee
reads alike; at the end the median and the worst.
"""

import argparse
import os

os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # as the window has it

import statistics
import time

from inpainting import agreement

from latentstudio.commands.drawing import finish
from latentstudio.core.memory import keep_freed_memory
from latentstudio.core.recipe import Recipe, with_seed
from latentstudio.core.tasks import space_in
from latentstudio.engine.device import prepare_thread
from latentstudio.engine.project import project
from latentstudio.engine.render import draw, to_rgb
from latentstudio.metrics.evaluation import choose_referee
from latentstudio.models.checkpoint import open_bundle
from latentstudio.models.registry import open_model
from latentstudio.resources import find_model
from trainers.data.avatars import parse_avatars


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--faces", type=int, default=20)
    parser.add_argument("--first", type=int, default=20_000)
    parser.add_argument("--space", choices=("z", "w", "w+"), default="w+")
    options = parser.parse_args()
    keep_freed_memory()
    prepare_thread()
    generator = open_model(options.model)
    generator.make_quick()
    referee = choose_referee(None, generator.info.resolution)
    data = str(open_bundle(find_model(options.model)).card.training["data"])
    trusted = referee.trusted_in(parse_avatars(data).styles)
    space = space_in(generator.info, options.space)
    rows = []
    for seed in range(options.first, options.first + options.faces):
        face = to_rgb(draw(generator, with_seed(Recipe(), seed)).pixels)
        begun = time.perf_counter()
        found = finish(project(generator, face, space))
        seconds = time.perf_counter() - begun
        off, same = found.difference, agreement(referee, trusted, found.picture, face)
        rows.append((off, seconds, same))
        print(f"seed {seed}  {off:5.2f} levels  {seconds:5.1f} s  {same:6.1%} alike", flush=True)
    off, seconds, same = (list(column) for column in zip(*rows, strict=True))
    print(
        f"{options.model} in {space}, {len(rows)} faces: median {statistics.median(off):.2f}, "
        f"worst {max(off):.2f} levels; at most {max(seconds):.1f} s; "
        f"{statistics.mean(same):.1%} of attributes alike"
    )


if __name__ == "__main__":
    main()
