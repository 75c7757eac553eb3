"""The wall: the faces that a day's visitors kept, in a file that outlives every restart."""

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from latentstudio.core.document import State
from latentstudio.core.files import make_folder
from latentstudio.core.gallery import Kept
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.core.session import Session, load_session, save_session

MOST = 120
"""Faces of a day; the oldest make room."""
_FILE = "demo-wall.latent"


@dataclass(frozen=True)
class Wall:
    """What visitors kept on one day.

    Attributes:
        day: whose faces they are.
        faces: newest first, of any models, at most ``MOST``.
    """

    day: date
    faces: tuple[Recipe, ...] = field(default=())

    def on(self, day: date) -> "Wall":
        """This wall on its own day, an empty one on another."""
        return self if day == self.day else Wall(day)

    def with_face(self, recipe: Recipe) -> "Wall":
        """With a face in front; one that hangs there already comes forward."""
        others = tuple(face for face in self.faces if face != recipe)
        return replace(self, faces=(recipe, *others)[:MOST])

    def of(self, model: ModelRef) -> tuple[Recipe, ...]:
        """The faces that a model drew, newest first."""
        return tuple(face for face in self.faces if face.model.model_id == model.model_id)


def save_wall(folder: Path, wall: Wall) -> Path:
    """Write a wall as a session, whole or not at all: the window opens it as a gallery.

    Raises:
        StudioError: the disk refuses; the wall of before is still there.
    """
    path = make_folder(folder) / _FILE
    kept = tuple(Kept(face) for face in reversed(wall.faces))
    shown = wall.faces[0] if wall.faces else Recipe()
    save_session(path, Session(((wall.day.isoformat(), State(shown, gallery=kept)),)))
    return path


def load_wall(folder: Path, day: date) -> Wall:
    """The wall of a day; an empty one where there is none of that day yet.

    Raises:
        StudioError: the file is damaged.
    """
    path = folder / _FILE
    if not path.exists():
        return Wall(day)
    label, state = load_session(path).history[-1]
    if label != day.isoformat():
        return Wall(day)
    return Wall(day, tuple(kept.recipe for kept in reversed(state.gallery))[:MOST])
