"""What the job centre says of each kind of task: icon, where its result is, what is kept."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class JobWords:
    """Words for a kind of task.

    Attributes:
        icon: name of a drawing.
        kept: what is left when it is cancelled, in a sentence.
        panel: key of the panel that shows the result; empty where it is seen already, or a file.
    """

    icon: str
    kept: str
    panel: str = ""


_NO_FILE = "No file was written."
_NOTHING_ADDED = "Nothing was added to the directions."
_AS_BEFORE = "What was there before stays."

JOB_WORDS: dict[str, JobWords] = {
    "pictures": JobWords("images", "The pictures that were finished stay."),
    "sheet": JobWords("layout-grid", _NO_FILE),
    "latents": JobWords("list-checks", _NO_FILE),
    "clip": JobWords("film", _NO_FILE),
    "journey": JobWords("film", _NO_FILE),
    "mixing_grid": JobWords("grid-3x3", _NO_FILE),
    "attributes": JobWords("tags", _NOTHING_ADDED, "directions"),
    "components": JobWords("chart-scatter", _NOTHING_ADDED, "directions"),
    "sefa": JobWords("chart-scatter", _NOTHING_ADDED, "directions"),
    "learn": JobWords("book-open", _NOTHING_ADDED, "directions"),
    "import_directions": JobWords("upload", _NOTHING_ADDED, "directions"),
    "arithmetic": JobWords("blend", _AS_BEFORE),
    "sources": JobWords("combine", _AS_BEFORE),
    "face_map": JobWords("map", _AS_BEFORE),
    "pace": JobWords("gauge", "The way stays as it was."),
    "variation": JobWords("waves", "No map was made."),
    "inpaint": JobWords("brush", "The best so far is kept."),
    "blend": JobWords("blend", _AS_BEFORE),
    "restore": JobWords("wand-sparkles", "The best so far is kept."),
    "known": JobWords("eye", _AS_BEFORE),
    "tune": JobWords("box", _NO_FILE),
    "project": JobWords("crosshair", "The picture so far stays; a face needs the search's end."),
}
OTHERS = JobWords("list-checks", _AS_BEFORE)


def result_file(result: object) -> Path | None:
    """The file, or the folder of the files, that a task has written; None where it wrote none."""
    if isinstance(result, Path):
        return result
    if isinstance(result, list) and result and all(isinstance(path, Path) for path in result):
        return Path(result[0]).parent
    return None
