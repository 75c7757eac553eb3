"""Credits: whose drawings the networks in assets/ learned from, and the licences in full."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from latentstudio.core.bundle import read_header
from latentstudio.core.errors import StudioError
from latentstudio.resources import asset, assets

CHANGED = "Changed: used to train a network."
_FOLDERS = ("models", "referees")
_TEXTS = {
    "CC BY 4.0": "licences/CC-BY-4.0.txt",
    "CC0 1.0": "licences/CC0-1.0.txt",
    "SIL Open Font License 1.1 (Inter)": "fonts/OFL.txt",
    "ISC (Lucide)": "icons/LICENSE-lucide.txt",
}


@dataclass(frozen=True)
class Credit:
    """A work by somebody else that networks learned from.

    Attributes:
        sentence: title, source, creator and licence, as the creators ask for.
        licence: the licence's name, a key of `licence_texts` where its text is here.
        networks: names of the files that learned from it.
    """

    sentence: str
    licence: str
    networks: tuple[str, ...]


@cache
def credits() -> tuple[Credit, ...]:
    """Every work that a network in assets/ names; a file that cannot be read is left out."""
    found: dict[str, list[str]] = {}
    for folder in _FOLDERS:
        for path in sorted((assets() / folder).glob("*.safetensors")):
            try:
                card = json.loads(read_header(path)[0])
            except (StudioError, ValueError):
                continue
            for sentence in card.get("attributions", ()):
                found.setdefault(str(sentence), []).append(path.stem)
    return tuple(
        Credit(sentence, _licence_in(sentence), tuple(networks))
        for sentence, networks in found.items()
    )


def notice() -> str:
    """The file NOTICE, of a wheel or of a checkout."""
    for folder in (assets(), assets().parent):
        if (folder / "NOTICE").is_file():
            return (folder / "NOTICE").read_text("utf-8")
    return ""


def licence_texts() -> Mapping[str, str]:
    """The licences of what the studio comes with: name -> whole text."""
    return {name: asset(path).read_text("utf-8") for name, path in _TEXTS.items()}


def in_full() -> str:
    """The notice, and after it every licence, as one text to read."""
    parts = [notice().strip()]
    for name, text in licence_texts().items():
        parts.append(f"{name}\n{'=' * len(name)}\n\n{text.strip()}")
    return "\n\n\n".join(parts) + "\n"


def _licence_in(sentence: str) -> str:
    """The licence that a sentence names in quotes after 'under'."""
    found = re.search(r"under „([^”]+)”", sentence)
    return found.group(1) if found else ""
