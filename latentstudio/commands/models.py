"""``latentstudio models``: what there is to open."""

import argparse
from typing import Any

from latentstudio.commands.answer import Answer, size_of, table
from latentstudio.commands.library import Known, known_models
from latentstudio.core.bundle import read_card
from latentstudio.core.errors import StudioError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "A command that takes MODEL takes these names, or the path of a file."


def run(options: argparse.Namespace) -> Answer:
    """List models by their cards, bundled ones first; files that are no models are left out."""
    models = [facts for known in known_models() if (facts := _facts(known))]
    if not models:
        return Answer({"models": []}, ["No models yet: give a command the path of a file."])
    rows = [("name", "family", "pixels", "size", "where")]
    rows += [
        (m["name"], m["family"], str(m["resolution"]), size_of(m["bytes"]),
         "bundled" if m["bundled"] else m["path"])
        for m in models
    ]  # fmt: skip
    return Answer({"models": models}, table(rows))


def _facts(known: Known) -> dict[str, Any] | None:
    try:
        card = read_card(known.path)
        size = known.path.stat().st_size
    except (StudioError, OSError):  # a recent file that has changed since
        return None
    return {
        "name": known.name,
        "family": card.family,
        "resolution": card.config.capabilities["resolution"],
        "bytes": size,
        "bundled": known.bundled,
        "path": str(known.path),
    }
