"""Sessions that earlier versions wrote: each stays in the tests and opens in every later one.

``python -m tests.core.test_kept_session FILE`` writes the one of this version. A kept file is never
written anew: where the format changes, another one is added.
"""

import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from latentstudio.core.arithmetic import Arithmetic
from latentstudio.core.crop import Crop
from latentstudio.core.direction import Direction
from latentstudio.core.document import Document, State
from latentstudio.core.gallery import Kept
from latentstudio.core.journey import Journey, Keyframe
from latentstudio.core.mask import Mask
from latentstudio.core.paste import Paste, Picture
from latentstudio.core.picture import png_bytes
from latentstudio.core.recipe import (
    Anchor,
    ModelRef,
    Move,
    Noise,
    Recipe,
    Seed,
    Span,
    Truncation,
    Vector,
    with_seed,
)
from latentstudio.core.search import Settings
from latentstudio.core.session import Session, load_session, parse_session, session_bytes
from latentstudio.core.sources import Source
from latentstudio.core.tasks import Projecting, Restoring
from latentstudio.core.work import Work
from tests.core.samples import gradient

FOLDER = Path(__file__).parent.parent / "data" / "sessions"
MODEL = ModelRef("avatars-stylegan", "0123456789abcdef" * 4)
W = Vector("w", np.linspace(-1, 1, 8, dtype=np.float32))
W_PLUS = Vector("w+", np.linspace(-2, 2, 32, dtype=np.float32).reshape(4, 8))
Z = Vector("z", np.linspace(-3, 3, 8, dtype=np.float32) ** 3)
PLAIN = with_seed(Recipe(MODEL), 48)
BLEND = Recipe(MODEL, (Anchor(Seed(2**32 - 1), 0.25), Anchor(Z, 0.75)), "z")
MIX = Recipe(
    MODEL,
    (Anchor(Seed(4), 1.0, (1.0, 0.25, 0.0)), Anchor(W_PLUS, 0.0, (0.0, 0.75, 1.0)), Anchor(W, 0.5)),
    "w",
    Truncation(0.4, 2, resample=True),
    (("smile", 0.5), ("Gesicht ü 顔", 0.5)),
    Noise("const", 7, 1.5, (0.0, 2.0)),
    (Move("Smile", W, -1.25, Span(0, 2, 1)), Move("PC 1", W_PLUS, 2.0)),
)
PHOTO = Picture(gradient(40, 30), "photo ü.jpg")
HOLE = Mask(gradient(16, 16)[..., 0])
INPAINTED = replace(PLAIN, paste=Paste(HOLE, Picture(gradient(16, 16)), "feather", BLEND))
SMILE = Direction(
    "Smile", W, 0.25, 1.5, "mine", "10 and 10 faces", 0.9, 0.125, Span(1, 3, 1), MODEL.model_id
)
WORK = Work(
    PHOTO,
    Crop(0.4, 0.6, 1.5, -30.0),
    HOLE,
    BLEND,
    "restore",
    Settings(space="w+", candidates=4, steps=77, realism=0.5, seed=9),
    "none",
    Restoring("denoise", 8, 12.5, 0.5, 100, keep=False),
    Projecting("w", 50, 4, 0.01, tune_noise=True, seed=3),
)
EVERYTHING = State(
    MIX,
    (Kept(MIX, 1, True, "Grin, orange", (PLAIN, BLEND)), Kept(INPAINTED, -1), Kept(PLAIN)),
    (SMILE, Direction("Other", W_PLUS)),
    ("Smile", "Hair"),
    Arithmetic((MIX, PLAIN), (BLEND,), (PLAIN,)),
    (Source(Seed(1)), None, Source(W_PLUS, "Anna", locked=True)),
    WORK,
    Journey(
        (
            Keyframe(PLAIN, 0.0),
            Keyframe(MIX, 1.5, "hold", "Turn"),
            Keyframe(INPAINTED, 2.0, "linear"),
        ),
        loop=True,
        fps=24,
        tail=0.5,
    ),
)
SESSION = Session(
    (
        ("Start", State(PLAIN)),
        ("Everything", EVERYTHING),
        ("Truncation", replace(EVERYTHING, recipe=BLEND)),
    ),
    1,
    png_bytes(gradient()),
)


def everything() -> bytes:
    """The file of this version."""
    return session_bytes(SESSION)


def test_there_is_something_of_every_kind_in_it() -> None:
    plain = State()
    for field in fields(State):
        assert getattr(EVERYTHING, field.name) != getattr(plain, field.name), field.name
    for kind, value in ((Recipe, INPAINTED), (Recipe, MIX), (Kept, EVERYTHING.gallery[0])):
        default = kind() if kind is Recipe else Kept(Recipe())
        same = {f.name for f in fields(kind) if getattr(value, f.name) == getattr(default, f.name)}
        left = same - {"paste"} if value is MIX else same & {"paste"}
        assert not left


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.latent")))
def test_a_kept_session_opens_with_everything_in_it(name: str, tmp_path: Path) -> None:
    kept = (FOLDER / name).read_bytes()
    session = load_session(FOLDER / name)
    assert session == SESSION
    assert parse_session(session_bytes(session)) == session
    document = Document()
    document.restore(session.history, session.index)
    assert document.state == EVERYTHING
    document.redo()
    assert document.recipe == BLEND
    assert (FOLDER / name).read_bytes() == kept


def test_some_session_is_kept() -> None:
    assert list(FOLDER.glob("*.latent"))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(everything())
