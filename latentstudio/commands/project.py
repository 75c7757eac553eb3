"""``latentstudio project``: finds where a picture, or each of a folder, is in a model."""

import argparse
import functools
from dataclasses import replace
from pathlib import Path

from latentstudio.commands.answer import Answer
from latentstudio.commands.arguments import number, whole
from latentstudio.commands.batch import (
    Report,
    Task,
    add_place,
    class_of,
    read_known,
    run_all,
    tasks_of,
)
from latentstudio.commands.drawing import Drawer, finish
from latentstudio.core.files import atomic_file
from latentstudio.core.latent import SEEDS
from latentstudio.core.picture import PictureNote, write_picture
from latentstudio.core.recipe import Anchor, ModelRef, Noise, Recipe
from latentstudio.core.search import FEATURES, Rgb

LATENTS = "projected_w.npz"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")
    parser.add_argument("image", metavar="IMAGE", type=Path, help="a picture, or a folder of them")
    parser.add_argument(
        "--steps", metavar="N", type=whole(1, 100_000), default=200, help="of the search (200)"
    )
    parser.add_argument(
        "--starts", metavar="N", type=whole(1, 256), default=16, help="places to begin from (16)"
    )
    parser.add_argument(
        "--start", choices=("bank", "mean"), default="bank",
        help="begin with the best of many samples, or around the mean face (bank)",
    )  # fmt: skip
    parser.add_argument(
        "--prior", metavar="L", type=number(0, 1000), default=0.002,
        help="weight of the distance from where samples are (0.002)",
    )  # fmt: skip
    parser.add_argument(
        "--features", choices=FEATURES, default="auto",
        help="what looks beside pixels: the discriminator where there is one (auto)",
    )  # fmt: skip
    parser.add_argument(
        "--noise", choices=("const", "none"), default="const", help="to draw with (const)"
    )
    parser.add_argument(
        "--noise-seed", metavar="N", type=whole(0, SEEDS - 1), default=0, help="of the noise (0)"
    )
    parser.add_argument(
        "--tune-noise", action="store_true",
        help="optimise the noise, too: adds tuned.png, which no latent alone can draw",
    )  # fmt: skip
    parser.add_argument(
        "--tune", metavar="STEPS", type=whole(1, 10_000),
        help="bend a copy of the model to the picture (300 is a good number): adds bent.png and "
        "the copy, a model of its own",
    )  # fmt: skip
    add_place(parser)


def run(options: argparse.Namespace) -> Answer:
    """Project one picture, or each of a folder; those that are done already are passed over."""
    work = functools.partial(_project, options=options)
    tasks = tasks_of(options.image, options.out)
    return run_all(options, tasks, work, functools.partial(_line, options=options))


def _project(drawer: Drawer, task: Task, options: argparse.Namespace) -> Report:
    import numpy as np

    from latentstudio.engine.project import project

    noise = Noise(options.noise, options.noise_seed)
    picture, _ = read_known(task.picture, drawer.info.resolution)
    steps = project(
        drawer.generator,
        picture,
        options.space,
        options.steps,
        starts=options.starts,
        start=options.start,
        noise=noise,
        tune_noise=options.tune_noise,
        features=options.features,
        prior=options.prior,
        seed=options.seed,
        classes=class_of(drawer.info, options.class_name),
    )
    found = finish(steps, unit="step")
    model, anchors = ModelRef.of(drawer.info), (Anchor(found.latent),)
    recipe = Recipe(model, anchors, classes=found.classes, noise=noise)
    note = PictureNote(recipe, drawer.drawn)
    write_picture(task.folder / "projected.png", found.picture, note)
    if found.tuned is not None:
        write_picture(task.folder / "tuned.png", found.tuned)
    with atomic_file(task.folder / LATENTS) as temporary:
        np.savez(temporary, w=found.styles[None])
    return {
        "space": options.space,
        "difference": round(found.difference, 4),
        "features": found.looked_by or "none",
        **({"classes": dict(found.classes)} if found.classes else {}),
        "losses": [round(loss, 5) for loss in found.losses],
        "seconds": round(found.seconds, 3),
        **(_bend(drawer, task, options, recipe, picture) if options.tune else {}),
    }


def _bend(
    drawer: Drawer, task: Task, options: argparse.Namespace, recipe: Recipe, picture: Rgb
) -> Report:
    """Bend a copy of the model to a picture that was found; what a report says of it."""
    from latentstudio.engine.tune import tune

    path = task.folder / f"{drawer.info.name}-{task.picture.stem}.safetensors"
    steps = tune(
        drawer.generator,
        options.model,
        path,
        recipe,
        picture,
        options.tune,
        features=options.features,
        seed=options.seed,
    )
    bent = finish(steps, unit="step")
    drawn = replace(drawer.drawn, precision="float32")
    write_picture(task.folder / "bent.png", bent.picture, PictureNote(bent.recipe, drawn))
    return {
        "bent": path.name,
        "bent_difference": round(bent.difference, 4),
        "bent_moved": round(bent.moved, 4),
        "bent_steps": bent.steps,
        "bent_seconds": round(bent.seconds, 3),
    }


def _line(report: Report, options: argparse.Namespace) -> str:
    bent = f", bent to {report['bent_difference']:.2f}" if "bent" in report else ""
    return (
        f"{report['picture']}: found in {report['space']}, {report['difference']:.2f} of 255 "
        f"levels off{bent}, {report['seconds']:.1f} s, in {options.out}"
    )
