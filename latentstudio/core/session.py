"""Sessions: what the user made, with the way there, in one .latent file that cannot be half one."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from latentstudio.core.archive import Archive, add_member, npy_bytes
from latentstudio.core.arithmetic import MOST, TERMS, Arithmetic
from latentstudio.core.breeding import PARENTS
from latentstudio.core.direction import Direction
from latentstudio.core.direction_json import direction_json, direction_reader
from latentstudio.core.document import Document, State
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write
from latentstudio.core.gallery import NOTE, Kept
from latentstudio.core.journey import Journey
from latentstudio.core.journey_json import Fields, fields_reader, journey_json, made
from latentstudio.core.paste_json import pixels_claimed, png_of
from latentstudio.core.picture import pixels_of
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.core.recipe_json import encode, recipe_reader
from latentstudio.core.session_arrays import ArrayNames, Arrays
from latentstudio.core.sources import Source
from latentstudio.core.sources_json import filled, places_reader, source_json, source_reader
from latentstudio.core.untrusted import (
    InputError,
    Migration,
    Reader,
    current_version,
    explained,
    flag,
    items,
    optional,
    parse_json,
    read_file,
    record,
    text,
    whole,
)
from latentstudio.core.version import __version__
from latentstudio.core.work import Work
from latentstudio.core.work_json import work_json, work_reader

FORMAT_VERSION = 1
MAX_STEPS = 500  # of the history; the window keeps more, a file the last ones
MAX_FILE_BYTES = 256 * 2**20
MAX_STATE_BYTES = 32 * 2**20
MAX_THUMBNAIL_BYTES = 4 * 2**20
MAX_THUMBNAIL_PIXELS = 2**20
MAX_FACES = 500  # that have a small picture
_LABEL = 200
MAX_ROWS = 10_000  # kept faces, or directions, of all steps together
_ROW = whole(0, MAX_ROWS)
_MIGRATIONS: dict[int, Migration] = {}

_STATE, _THUMBNAIL = "session.json", "thumbnail.png"
_HINT = "Nothing in the window has changed. Choose another session."

_UNSAVED = "Undo what made it so, then save again."

T = TypeVar("T")
Steps = tuple[tuple[str, State], ...]


@dataclass(frozen=True, slots=True)
class Session:
    """The history of a document, the place in it, and a small picture of where it stands.

    Attributes:
        history: (label, state) of every step, oldest first; at least one.
        index: the place of the current state.
        thumbnail: a PNG for file lists and for models that are missing.
        faces: a small PNG for each of the kept faces that has been drawn, at most ``MAX_FACES``.
    """

    history: Steps
    index: int = 0
    thumbnail: bytes | None = None
    faces: tuple[tuple[Recipe, bytes], ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.index < len(self.history):
            raise ValueError(f"step {self.index} of a history of {len(self.history)}")

    @classmethod
    def of(cls, document: Document, thumbnail: bytes | None = None) -> "Session":
        """The session of a document as it is now; ``document.restore`` is the way back."""
        return cls(tuple((e.label, e.state) for e in document.entries), document.index, thumbnail)

    @property
    def state(self) -> State:
        return self.history[self.index][1]

    @property
    def model(self) -> ModelRef:
        """The model that the current picture is drawn with."""
        return self.state.recipe.model


def save_session(path: Path, session: Session) -> None:
    """Write a session as a whole or not at all.

    Raises:
        StudioError: the disk refuses, or a recipe holds what could not be opened again.
    """
    atomic_write(path, session_bytes(session))


def load_session(path: Path) -> Session:
    """Read a session; nothing that is named inside is opened, nothing outside is changed.

    Raises:
        StudioError: no session, damaged, oversized, or of a newer program.
    """
    return parse_session(read_file(path, MAX_FILE_BYTES), path.name)


def session_bytes(session: Session) -> bytes:
    """The zip of a session: session.json, arrays/NNNN.npy, pictures/NNNN.png, thumbnail.png.

    Small pictures of kept faces are faces/NNNN.png, by their row in the table of recipes.
    Of a long history the ``MAX_STEPS`` steps up to the last one are kept, or up to the current one
    where that lies further back. The same session gives the same bytes.

    Raises:
        StudioError: the session holds what could not be opened again.
    """
    data = _pack(session)
    try:
        parse_session(data)  # what could not be opened again must not replace what can
    except StudioError as error:
        raise StudioError("The session cannot be saved", error.detail, _UNSAVED) from error
    return data


def _pack(session: Session) -> bytes:
    history, index = _recent(session.history, session.index)
    arrays = ArrayNames()
    faces: _Table[Kept] = _Table(lambda kept: _kept_json(kept, arrays))
    directions: _Table[Direction] = _Table(lambda found: direction_json(found, arrays))
    recipes: _Table[Recipe] = _Table(lambda recipe: encode(recipe, arrays, arrays.image))
    works: _Table[Work] = _Table(lambda work: work_json(work, arrays, arrays.image))
    journeys: _Table[Journey] = _Table(lambda way: journey_json(way, recipes.place))
    sources: _Table[Source] = _Table(lambda source: source_json(source, arrays))
    steps = [
        {
            "label": _line(label),
            "recipe": encode(state.recipe, arrays, arrays.image),
            "gallery": [faces.place(kept) for kept in state.gallery],
            "directions": [directions.place(found) for found in state.directions],
            "locks": [x if isinstance(x, str) else directions.place(x) for x in state.locks],
            "arithmetic": {
                term: [recipes.place(recipe) for recipe in state.arithmetic.faces(term)]
                for term in TERMS
            },
            "sources": [None if s is None else sources.place(s) for s in state.sources],
            "work": None if state.work == Work() else works.place(state.work),
            "journey": None if state.journey == Journey() else journeys.place(state.journey),
        }
        for label, state in history
    ]
    small = {_face(recipes.place(recipe)): png for recipe, png in session.faces[:MAX_FACES]}
    data = {
        "format_version": FORMAT_VERSION,
        "program": __version__,
        "index": index,
        "faces": faces.rows,
        "directions": directions.rows,
        "recipes": recipes.rows,
        "sources": sources.rows,
        "works": works.rows,
        "journeys": journeys.rows,
        "history": steps,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        add_member(archive, _STATE, json.dumps(data).encode(), zipfile.ZIP_DEFLATED)
        for name, vector in arrays.vectors.items():
            add_member(archive, name, npy_bytes(vector.array))
        for name, image in arrays.images.items():
            add_member(archive, name, png_of(image))
        for name, png in small.items():
            add_member(archive, name, png)
        if session.thumbnail is not None:
            add_member(archive, _THUMBNAIL, session.thumbnail)
    return buffer.getvalue()


def parse_session(data: bytes, name: str = "the session") -> Session:
    """The session of a file's bytes; errors as ``load_session``."""
    with explained(f"Could not open {name}", _HINT):
        archive = Archive(data, "a session")
        state = parse_json(archive.read(_STATE, MAX_STATE_BYTES))
        fields = current_version(state, FORMAT_VERSION, _MIGRATIONS)
        history, index, recipes = _session_reader(Arrays(archive))(fields, "session")
        if index >= len(history):
            raise InputError(f"session.index is {index}, and there are {len(history)} steps")
        return Session(history, index, _small(archive, _THUMBNAIL), _faces(archive, recipes))


def _kept_reader(load: Arrays) -> Reader[Kept]:
    return record(
        Kept,
        {
            "recipe": recipe_reader(load, load.images),
            "mark": whole(-1, 1),
            "starred": flag,
            "note": text(NOTE),
            "parents": items(recipe_reader(load, load.images), 0, PARENTS),
        },
        required=("recipe",),
    )


def _step_reader(load: Arrays) -> Reader[tuple[str, State, dict[str, Any]]]:
    places, few = items(_ROW, 0, MAX_ROWS), items(_ROW, 0, MOST)
    return record(
        lambda recipe, label="", **rest: (label, State(recipe), rest),
        {
            "label": text(_LABEL),
            "recipe": recipe_reader(load, load.images),
            "gallery": places,
            "directions": places,
            "locks": items(_lock, 0, MAX_ROWS),
            "arithmetic": record(dict, dict.fromkeys(TERMS, few)),
            "sources": places_reader(MAX_ROWS),
            "work": optional(_ROW),
            "journey": optional(_ROW),
        },
        required=("recipe",),
    )


def _lock(value: object, where: str) -> int | str:
    """The row of a direction, or a name, as before."""
    return text(_LABEL)(value, where) if isinstance(value, str) else _ROW(value, where)


def _session_reader(load: Arrays) -> Reader[tuple[Steps, int, tuple[Recipe, ...]]]:
    def read(
        history: Sequence[tuple[str, State, dict[str, Any]]],
        index: int = 0,
        faces: tuple[Kept, ...] = (),
        directions: tuple[Direction, ...] = (),
        recipes: tuple[Recipe, ...] = (),
        sources: tuple[Source, ...] = (),
        works: tuple[Work, ...] = (),
        journeys: tuple[Fields, ...] = (),
    ) -> tuple[Steps, int, tuple[Recipe, ...]]:
        tables = {
            "gallery": faces,
            "directions": directions,
            "arithmetic": recipes,
            "sources": sources,
            "work": works,
            "journey": tuple(made(way, _of(recipes)) for way in journeys),
        }
        steps = tuple((label, _filled(state, rest, tables)) for label, state, rest in history)
        return steps, index, recipes

    return record(
        read,
        {
            "faces": items(_kept_reader(load), 0, MAX_ROWS),
            "directions": items(direction_reader(load), 0, MAX_ROWS),
            "recipes": items(recipe_reader(load, load.images), 0, MAX_ROWS),
            "sources": items(source_reader(load), 0, MAX_ROWS),
            "works": items(work_reader(load, load.images), 0, MAX_ROWS),
            "journeys": items(fields_reader(_ROW), 0, MAX_ROWS),
            "history": items(_step_reader(load), 1, MAX_STEPS),
            "index": whole(0, MAX_STEPS - 1),
        },
        required=("history",),
        extra=True,
    )


def _filled(state: State, rest: dict[str, Any], tables: dict[str, tuple[Any, ...]]) -> State:
    """A step's state; what steps have in common stands once, in a table, and they name rows."""
    rest["locks"] = tuple(
        lock if isinstance(lock, str) else _rows((lock,), tables["directions"], "locks")[0]
        for lock in rest.get("locks", ())
    )
    for name in ("gallery", "directions"):
        rest[name] = _rows(rest.get(name, ()), tables[name], name)
    sets = rest.get("arithmetic", {})
    faces = {term: _rows(rows, tables["arithmetic"], term) for term, rows in sets.items()}
    named = rest.get("sources", ())
    _rows([place for place in named if place is not None], tables["sources"], "sources")
    rest["sources"] = filled(named, tables["sources"])
    for name in ("work", "journey"):
        if (place := rest.pop(name, None)) is not None:
            rest[name] = _rows((place,), tables[name], name)[0]
    return replace(state, **(rest | {"arithmetic": Arithmetic(**faces)}))


def _rows(places: Sequence[int], table: tuple[T, ...], name: str) -> tuple[T, ...]:
    if any(place >= len(table) for place in places):
        raise InputError(f"a step's {name} names a row that is not there")
    return tuple(table[place] for place in places)


def _of(recipes: tuple[Recipe, ...]) -> Callable[[int], Recipe]:
    return lambda row: _rows((row,), recipes, "journey")[0]


def _kept_json(kept: Kept, arrays: ArrayNames) -> dict[str, Any]:
    return {
        "recipe": encode(kept.recipe, arrays, arrays.image),
        "mark": int(kept.mark),
        "starred": bool(kept.starred),
        "note": kept.note,
        "parents": [encode(parent, arrays, arrays.image) for parent in kept.parents],
    }


class _Table(Generic[T]):
    """Rows of a table of the session, equal ones once."""

    def __init__(self, encode_row: Callable[[T], dict[str, Any]]) -> None:
        self.rows: list[dict[str, Any]] = []
        self._encode, self._places = encode_row, dict[T, int]()

    def place(self, value: T) -> int:
        """The number of a value's row, which is written if it is new."""
        if value not in self._places:
            self._places[value] = len(self.rows)
            self.rows.append(self._encode(value))
        return self._places[value]


def _recent(history: Sequence[tuple[str, State]], index: int) -> tuple[Steps, int]:
    first = max(0, min(index, len(history) - MAX_STEPS))
    return tuple(history[first : first + MAX_STEPS]), index - first


def _line(label: str) -> str:
    """A label in one line without control characters, as reading demands."""
    return "".join(c if c.isprintable() else " " for c in label)[:_LABEL]


def _face(row: int) -> str:
    """The member with the small picture of a row of the recipes."""
    return f"faces/{row:04d}.png"


def _faces(archive: Archive, recipes: Sequence[Recipe]) -> tuple[tuple[Recipe, bytes], ...]:
    members = [(recipe, _face(row)) for row, recipe in enumerate(recipes) if _face(row) in archive]
    small = ((recipe, _small(archive, name)) for recipe, name in members[:MAX_FACES])
    return tuple((recipe, png) for recipe, png in small if png is not None)


def _small(archive: Archive, name: str) -> bytes | None:
    """A small picture, or None: a broken one is no reason to withhold the work."""
    if name not in archive:
        return None
    try:
        data = archive.read(name, MAX_THUMBNAIL_BYTES)
        if pixels_claimed(data, name) > MAX_THUMBNAIL_PIXELS:
            return None
        pixels_of(data)
    except (InputError, StudioError):
        return None
    return data
