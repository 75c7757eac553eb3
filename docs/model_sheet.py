"""Draws the sheet of a model: faces, truncation, interpolation, what judges say, how it learned.

    python docs/model_sheet.py avatars-dcgan [--run RUN] [--metrics FILE.json]

RUN is the folder of its training, for the curve; FILE.json is what
``latentstudio evaluate MODEL --json`` printed, for the table.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

import latentstudio
from latentstudio.core.latent import slerp
from latentstudio.models.generator import Generator

ASSETS = Path(__file__).parents[1] / "assets"
CELL, GAP, MARGIN = 64, 2, 28
PAPER, INK, QUIET, LINE, ACCENT = "#f7f7f8", "#1c1c21", "#6b6b76", "#d9d9df", "#3f6fd8"
PSIS = (-0.5, 0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
COLUMNS = 8
RIGHT = 440  # pixels for the table and the curve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model")
    parser.add_argument("--run", type=Path)
    parser.add_argument("--metrics", type=Path)
    given = parser.parse_args()
    model = latentstudio.open_model(given.model)
    metrics = json.loads(given.metrics.read_text())["metrics"] if given.metrics else []
    curve = read_curve(given.run) if given.run else []
    path = ASSETS / "sheets" / f"{model.info.name}.png"
    path.parent.mkdir(exist_ok=True)
    sheet(model, metrics, curve).save(path, optimize=True)


def sheet(model: Generator, metrics: list[dict[str, Any]], curve: list[tuple[float, float]]) -> Any:
    """The whole sheet as a picture."""
    side = grid_side(COLUMNS)
    rows = {
        "Seeds 0 to 63, truncation 1": faces(model, range(64)),
        f"Truncation {', '.join(f'{psi:g}' for psi in PSIS)}": sweep(model, range(4)),
        "From face to face": walk(model, [(0, 1), (2, 3), (4, 5)]),
    }
    heights = [grid_side(len(images) // COLUMNS) for images in rows.values()]
    height = 2 * MARGIN + 44 + sum(heights) + 40 * len(rows)
    page = Image.new("RGB", (3 * MARGIN + side + RIGHT, height), PAPER)
    draw = ImageDraw.Draw(page)
    info = model.info
    draw.text((MARGIN, MARGIN - 6), info.name, INK, font(22))
    about = f"{info.family}, {info.resolution} px, {info.parameters / 1e6:.2f} M parameters"
    draw.text(
        (MARGIN + draw.textlength(info.name, font(22)) + 14, MARGIN + 2), about, QUIET, font(14)
    )
    top = MARGIN + 44
    for (title, images), tall in zip(rows.items(), heights, strict=True):
        draw.text((MARGIN, top), title, QUIET, font(13))
        page.paste(grid(images), (MARGIN, top + 22))
        top += tall + 40
    left = 2 * MARGIN + side
    bottom = draw_table(draw, metrics, left, MARGIN + 44)
    draw_curve(draw, curve, (left, bottom, left + RIGHT, bottom + 240))
    return page


@torch.no_grad()
def faces(model: Generator, seeds: Any, psi: float = 1.0) -> list[Any]:
    """Pictures of seeds; with classes, a column has a class."""
    count = len(model.info.classes)
    pictures = []
    for number, seed in enumerate(seeds):
        classes = [number % COLUMNS % count] if count else None
        styles = model.map(model.sample_z([seed]), classes)
        pictures.append(picture(model, model.truncate(styles, psi)))
    return pictures


def sweep(model: Generator, seeds: Any) -> list[Any]:
    """A row for each seed, from the opposite of a face to its exaggeration."""
    drawn = [faces(model, seeds, psi) for psi in PSIS]
    return [column[row] for row in range(len(drawn[0])) for column in drawn]


@torch.no_grad()
def walk(model: Generator, pairs: list[tuple[int, int]]) -> list[Any]:
    """A row for each pair of seeds, along the arc between their z."""
    pictures = []
    for pair in pairs:
        first, second = (z.numpy() for z in model.sample_z(pair))
        classes = [pair[0] % len(model.info.classes)] if model.info.classes else None
        for place in np.linspace(0, 1, COLUMNS):
            z = torch.from_numpy(slerp(first, second, float(place)))[None]
            pictures.append(picture(model, model.map(z, classes)))
    return pictures


def picture(model: Generator, styles: torch.Tensor) -> Any:
    image = model.synthesize(styles)[0].permute(1, 2, 0).mul(127.5).add(127.5)
    drawn = Image.fromarray(image.round().clamp(0, 255).byte().numpy())
    return drawn.resize((CELL, CELL), Image.Resampling.LANCZOS)


def grid(images: list[Any]) -> Any:
    """Faces in rows of eight, as large as they are."""
    cell = images[0].width
    size = (grid_side(COLUMNS, cell), grid_side(len(images) // COLUMNS, cell))
    whole = Image.new("RGB", size, PAPER)
    for number, image in enumerate(images):
        row, column = divmod(number, COLUMNS)
        whole.paste(image, (column * (cell + GAP), row * (cell + GAP)))
    return whole


def grid_side(cells: int, cell: int = CELL) -> int:
    return cells * (cell + GAP) - GAP


def draw_table(draw: Any, metrics: list[dict[str, Any]], left: int, top: int) -> int:
    """Value, floor and quarter yardstick of each metric; returns where it ends."""
    if not metrics:
        return top
    columns = (left, left + 230, left + 310, left + 380)
    for place, title in zip(columns, ("metric", "value", "real", "quarter"), strict=True):
        draw.text((place, top), title, QUIET, font(13))
    for metric in metrics:
        top += 22
        draw.line((left, top - 2, left + RIGHT, top - 2), LINE)
        yardsticks = metric.get("yardsticks") or {}
        values = (metric.get("value"), metric.get("floor"), yardsticks.get("quarter"))
        draw.text((columns[0], top), metric["name"], INK, font(13))
        for place, value in zip(columns[1:], values, strict=True):
            draw.text((place, top), "" if value is None else f"{value:.4g}", INK, font(13))
    return top + 48


def draw_curve(draw: Any, curve: list[tuple[float, float]], box: tuple[int, int, int, int]) -> None:
    """The distance over thousands of images, both from 0."""
    if len(curve) < 2:
        return
    left, top, right, bottom = box
    draw.text((left, top), "Sliced Wasserstein distance over thousand images", QUIET, font(13))
    top += 30
    most, end = max(value for _, value in curve), curve[-1][0]
    draw.line((left, top, left, bottom), LINE)
    draw.line((left, bottom, right, bottom), LINE)
    points = [
        (left + kimg / end * (right - left), bottom - value / most * (bottom - top))
        for kimg, value in curve
    ]
    draw.line(points, ACCENT, 2, joint="curve")
    draw.text((left + 6, top - 8), f"{most:.0f}", QUIET, font(12))
    draw.text((right - 60, bottom + 6), f"{end:.0f} kimg", QUIET, font(12))
    last = points[-1]
    draw.text((last[0] - 34, last[1] - 20), f"{curve[-1][1]:.1f}", INK, font(12))


def read_curve(run: Path) -> list[tuple[float, float]]:
    """(kimg, distance) of every snapshot of a run."""
    lines = map(json.loads, (run / "stats.jsonl").read_text().splitlines())
    return [(line["kimg"], line["swd"]) for line in lines if "swd" in line]


def font(size: int) -> Any:
    return ImageFont.truetype(str(ASSETS / "fonts" / "Inter-Regular.ttf"), size)


if __name__ == "__main__":
    main()
