"""Kills a program in the middle of its autosaves, again and again, and opens what is left.

``python -m tests.kill_autosaves --times 50`` says how often the last complete work was there; the
suite does the same a few times.
"""

import argparse
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from latentstudio.core.recovery import abandoned

# Autosaves a session with much in it, step after step; it says when a step is wholly on the disk.
PROGRAM = """
import itertools, sys
from dataclasses import replace
from pathlib import Path
from latentstudio.core.recipe import with_seed
from latentstudio.core.recovery import RecoveryFile
from latentstudio.core.session import Session
from tests.core.test_kept_session import EVERYTHING

file = RecoveryFile(Path(sys.argv[1]))
for step in itertools.count():
    state = replace(EVERYTHING, recipe=with_seed(EVERYTHING.recipe, step))
    file.write(Session((("Start", EVERYTHING), (f"Step {step}", state)), 1))
    print(step, flush=True)
"""


@dataclass(frozen=True)
class Death:
    """How one killed program ended.

    Attributes:
        told: the last step that it said was complete.
        found: the step that is offered at the next start; None where there is none.
        half: whether a half-written file lay beside it.
    """

    told: int
    found: int | None
    half: bool

    @property
    def lost(self) -> bool:
        """Whether what was complete is not there: the one step after it may be, unannounced."""
        return self.found is None or not self.told <= self.found <= self.told + 1


def kill_once(folder: Path, wait: float) -> Death:
    """Kill a program some seconds after its first autosave, and open what is offered then."""
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    first = program.stdout.readline()
    time.sleep(wait)
    program.kill()
    rest, _ = program.communicate()
    lines = [first, *rest.splitlines(keepends=True)]
    told = int([line for line in lines if line.endswith("\n")][-1])
    half = any(path.name.startswith(".") for path in folder.iterdir())
    offered = abandoned(folder)
    found = offered[0].load().state.recipe.anchors[0].latent if len(offered) == 1 else None
    for one in offered:
        one.discard()
    left = list(folder.iterdir())
    assert not left, f"left behind: {left}"
    return Death(told, getattr(found, "value", None), half)


def main() -> int:
    """Kill as often as asked for; 0 where nothing was ever lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, deaths = random.Random(options.seed), []
    with TemporaryDirectory() as folder:
        for _ in range(options.times):
            deaths.append(kill_once(Path(folder), chance.uniform(0.0, 0.3)))
    lost = [death for death in deaths if death.lost]
    half = sum(death.half for death in deaths)
    sys.stdout.write(
        f"killed {len(deaths)} times, {half} in the middle of a write; "
        f"the last complete work was offered and opened {len(deaths) - len(lost)} times\n"
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
