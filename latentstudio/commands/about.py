"""``latentstudio about``: version, whose drawings the networks learned from, and all licences."""

import argparse

from latentstudio import credits
from latentstudio.commands.answer import Answer
from latentstudio.core.version import __version__


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "The window says the same in Help > About and Help > Licences."


def run(options: argparse.Namespace) -> Answer:
    """Say it in words; the JSON has the works one by one and the licences by name."""
    works = [
        {
            "attribution": credit.sentence,
            "licence": credit.licence,
            "changes": credits.CHANGED,
            "networks": list(credit.networks),
        }
        for credit in credits.credits()
    ]
    lines = [f"Latent Studio {__version__}", ""]
    for credit in credits.credits():
        lines.append(f"{credit.sentence}. {credits.CHANGED} ({', '.join(credit.networks)})")
    lines += ["", credits.in_full()]
    data = {"version": __version__, "works": works, "licences": dict(credits.licence_texts())}
    return Answer(data, lines)
