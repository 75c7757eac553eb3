"""``latentstudio inspect``: what a model file is, read from its description alone."""

import argparse
import hashlib
from pathlib import Path
from typing import Any

from latentstudio.commands.answer import Answer, size_of, table
from latentstudio.core.bundle import Card, read_card
from latentstudio.core.errors import StudioError
from latentstudio.resources import find_model

TRUST = "plain numbers and a checked description: nothing in the file can run"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help="a bundled name or the path of a model")


def run(options: argparse.Namespace) -> Answer:
    """Read the card; no network is built and no tensor is loaded."""
    path = find_model(options.model)
    card = read_card(path)
    facts = facts_of(card, path)
    return Answer(facts, lines_of(facts, card))


def facts_of(card: Card, path: Path) -> dict[str, Any]:
    """The inspection card as data."""
    info = card.info
    return {
        "name": info.name,
        "family": info.family,
        "resolution": info.resolution,
        "z_dim": info.z_dim,
        "style_dim": info.style_dim,
        "style_layers": info.style_layers,
        "classes": list(info.classes),
        "has_noise": info.has_noise,
        "has_truncation": info.has_truncation,
        "critic": info.critic,
        "parameters": info.parameters,
        "model_id": info.model_id,
        "sha256": _sha256(path),
        "licence": info.licence,
        "container": "safetensors",
        "trust": TRUST,
        "path": str(path),
        "bytes": path.stat().st_size,
        "training": dict(card.training),
        "metrics": dict(card.metrics),
        "attributions": list(card.attributions),
        "limits": list(card.limits),
        "directions": [direction.name for direction in card.directions],
    }


def lines_of(facts: dict[str, Any], card: Card) -> list[str]:
    """The inspection card in words."""
    side, classes = facts["resolution"], facts["classes"]
    rows = [
        ("Name", facts["name"]),
        ("File", f"{facts['path']}, {size_of(facts['bytes'])}, {facts['container']}"),
        ("Family", facts["family"]),
        ("Pictures", f"{side} x {side}"),
        ("Latents", f"z {facts['z_dim']}, {facts['style_layers']} x style {facts['style_dim']}"),
        ("Classes", ", ".join(classes) or "none"),
        ("Noise inputs", "yes" if facts["has_noise"] else "none"),
        ("Parameters", f"{facts['parameters'] / 1e6:.2f} million"),
        ("Critic", facts["critic"] or "none in the file"),
        ("Directions", ", ".join(facts["directions"]) or "none in the file"),
        ("Licence", facts["licence"] or "none named in the file"),
        ("Model id", facts["model_id"]),
        ("SHA-256", facts["sha256"]),
        ("Trust", TRUST),
        *(("Training", f"{key}: {value}") for key, value in card.training.items()),
        *(("Measured", f"{key}: {value}") for key, value in card.metrics.items()),
        *(("Learned from", sentence) for sentence in card.attributions),
        *(("Limits", sentence) for sentence in card.limits),
    ]  # fmt: skip
    return table(rows)


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise StudioError(
            f"Could not read {path.name}", error.strerror or str(error), "Check the file."
        ) from error
