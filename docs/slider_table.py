"""Prints the README's table of attribute sliders: how far each does what it says.

latentstudio evaluate avatars-stylegan --metrics directions --json > FILE.json
python docs/slider_table.py FILE.json
"""

import json
import sys
from pathlib import Path
from typing import Any


def main(path: Path) -> None:
    found = json.loads(path.read_text())["directions"]
    lines = [
        "| slider | at +2, or follows | at -2 | locked: changes most | holds | keeps |",
        "|---|---|---|---|---|---|",
    ]
    for row in found["attributes"]:
        other = row.get("worst_other")
        cells = (
            row["name"],
            words(row.get("follow") or row["up"]),
            words(row["down"]) if "down" in row else "",
            f"{other['name']} {words(other)}" if other else "",
            "yes" if row["holds"] else "no",
            "yes" if row["keeps"] else "no",
        )
        lines.append(f"| {' | '.join(cells)} |")
    sys.stdout.write("\n".join(lines) + "\n")


def words(share: dict[str, Any]) -> str:
    """A share in percent, and the interval that the true one lies in by 95 %."""
    if share["value"] is None:
        return "none to tell"
    value, low, high = (round(100 * share[name]) for name in ("value", "low", "high"))
    return f"{value} % ({low}-{high})"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
