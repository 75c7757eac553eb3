"""The commands of latentstudio-train that need no torch, and so begin at once."""

import argparse

from trainers.config import preset_names, read_preset
from trainers.data.write import write_dataset
from trainers.referee_config import about_referees
from trainers.terminal import Progress, answer, note

DONE = 0


def presets(options: argparse.Namespace) -> int:
    """List the presets, those of referees too."""
    about = {name: str(read_preset(name)["about"]) for name in preset_names()}
    about |= {f"referee {name}": text for name, text in about_referees().items()}
    width = max(map(len, about))
    answer(about, "\n".join(f"{n:{width}}  {text}" for n, text in about.items()), options.json)
    return DONE


def data(options: argparse.Namespace) -> int:
    """Write a data set."""
    with Progress("pictures") as progress:
        written = write_dataset(
            options.spec, options.count, options.resolution, options.out, progress.show
        )
    for problem in written.problems:
        note(f"skipped {problem}")
    facts = {"file": str(options.out), "pictures": written.count, "licence": written.licence}
    answer(facts, f"Wrote {written.count} pictures to {options.out}.", options.json)
    return DONE
