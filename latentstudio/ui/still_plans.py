"""What can be written as a still: the picture, and pages of faces with their captions."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from latentstudio.core.command_line import file_name
from latentstudio.core.direction import Direction, step_along, with_reading, without_moves
from latentstudio.core.gallery import Kept, caption_of
from latentstudio.core.layout import Layout, table_of
from latentstudio.core.mixing import mixes
from latentstudio.core.readings import moved_styles
from latentstudio.core.recipe import ModelRef, Recipe, Seed, Vector, title_of
from latentstudio.core.sources import Source
from latentstudio.core.still import Still
from latentstudio.ui.gallery import GalleryTab
from latentstudio.ui.mixing_grid import MixingGridTab
from latentstudio.ui.panels.directions import DirectionsPanel

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

STEPS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Where the faces of a direction's strip stand, in standard deviations."""
MOST_STRIPS = 24

Start = Callable[[Path, Still, bool], None]


@dataclass(frozen=True)
class Plan:
    """One thing that can be written.

    Attributes:
        title: a word or two.
        name: the file that is offered.
        layout: its faces; None for a picture, or where they are not chosen yet.
        start: writes it: (a PNG, the form, whether with captions).
        reason: why it cannot be written now; empty where it can.
    """

    title: str
    name: str
    layout: Layout | None
    start: Start
    reason: str = ""


def plans(window: "MainWindow") -> dict[str, Plan]:
    """Everything, by key, in the order in which it is offered."""
    return {
        "picture": _picture(window),
        "sheet": _sheet(window),
        "gallery": _gallery(window),
        "grid": _grid(window),
        "strips": _strips(window),
    }


def kept_here(window: "MainWindow") -> list[Kept]:
    """The kept faces of the open model: those chosen where several are, or all."""
    info = window.bridge.info
    if info is None:
        return []
    tab = cast(GalleryTab, window.strip.tab("gallery"))
    chosen = tab.selected() if tab.isVisible() else []
    mine = [k for k in window.document.state.gallery if k.recipe.model == ModelRef.of(info)]
    several = [kept for kept in mine if kept.recipe in chosen]
    return several if len(several) > 1 else mine


# --- the plans ------------------------------------------------------------------------------------


def _picture(window: "MainWindow") -> Plan:
    name = file_name(title_of(window.document.recipe), ".png")
    start: Start = lambda path, still, _words: window.files.save_picture(path, still)  # noqa: E731
    reason = "" if window.has_picture else "There is no picture yet"
    return Plan("Picture", name, None, start, reason)


def _sheet(window: "MainWindow") -> Plan:
    def start(path: Path, still: Still, words: bool) -> None:
        window.show_view(1)  # which chooses the faces, where that was not done yet
        recipes = list(window.sheet.recipes)
        captions = [_neighbour(recipe, recipes[0]) for recipe in recipes] if words else []
        _run(window, "sheet", "Contact sheet", path, still, recipes=recipes, captions=captions)

    count = len(window.sheet.recipes)
    layout = _layout(window, *table_of(count)) if count else None
    return Plan("Sheet", "contact-sheet.png", layout, start)


def _gallery(window: "MainWindow") -> Plan:
    faces = kept_here(window)

    def start(path: Path, still: Still, words: bool) -> None:
        captions = [caption_of(kept) for kept in faces] if words else []
        recipes = [kept.recipe for kept in faces]
        _run(window, "sheet", "Gallery sheet", path, still, recipes=recipes, captions=captions)

    reason = "" if faces else "No face of this model is kept yet: K keeps one"
    layout = _layout(window, *table_of(len(faces))) if faces else None
    return Plan("Gallery", "gallery.png", layout, start, reason)


def _grid(window: "MainWindow") -> Plan:
    info = window.bridge.info
    tab = cast(MixingGridTab, window.strip.tab("grid"))

    def start(path: Path, still: Still, words: bool) -> None:
        window.workspaces.show("mix")
        window.strip.choose("grid")  # which chooses the faces, where that was not done yet
        options = tab.options()
        if options is not None:
            named = tuple([Source(face).title for face in options[k]] for k in ("rows", "columns"))
            captions = named if words else ((), ())
            _run(window, "mixing_grid", "Mixing grid", path, still, captions=captions, **options)

    options = tab.options()
    layout = None
    if options is not None:
        layout = _layout(window, len(options["rows"]) + 1, len(options["columns"]) + 1)
    reason = "This model has one style layer: there is nothing to mix by layer"
    impossible = info is None or bool(mixes(info))
    return Plan("Grid", "mixing-grid.png", layout, start, reason if impossible else "")


def _strips(window: "MainWindow") -> Plan:
    panel = cast(DirectionsPanel, window.panel("directions"))
    found = panel.shown()[:MOST_STRIPS]

    def start(path: Path, still: Still, words: bool) -> None:
        recipes = strips_of(window, found)
        captions = [f"{d.name} {_signed(step)}" for d in found for step in STEPS] if words else []
        options = {"recipes": recipes, "captions": captions, "columns": len(STEPS)}
        if recipes:
            _run(window, "sheet", "Direction strips", path, still, **options)

    reason = "" if found else "The tab of the Directions on show has none"
    if found and not strips_of(window, found[:1]):
        reason = "The picture is still on its way"
    layout = _layout(window, len(found), len(STEPS)) if found else None
    return Plan("Strips", f"{panel.group()}.png", layout, start, reason)


def strips_of(window: "MainWindow", found: tuple[Direction, ...]) -> list[Recipe]:
    """The face at each of ``STEPS`` along each direction; none before its picture is there."""
    frame, info, recipe = window.bridge.frame, window.bridge.info, window.document.recipe
    if frame is None or info is None or frame.styles is None or frame.recipe != recipe:
        return []
    if frame.styles.shape != (info.style_layers, info.style_dim):
        return []
    rows = cast(DirectionsPanel, window.panel("directions")).rows
    faces = []
    for direction in found:
        step = step_along(direction, info.style_layers, rows.locked(direction))
        base = without_moves(recipe, direction)
        styles = moved_styles(frame.styles, recipe.moves, base.moves)
        faces += [with_reading(base, direction, step, styles, target) for target in STEPS]
    return faces


def _run(
    window: "MainWindow", job: str, title: str, path: Path, still: Still, **options: Any
) -> None:
    window.bridge.start_job(job, title, out=path, still=still, **options)


def _layout(window: "MainWindow", rows: int, columns: int) -> Layout | None:
    info = window.bridge.info
    return None if info is None else Layout(rows, columns, info.resolution)


def _neighbour(recipe: Recipe, first: Recipe) -> str:
    """A face near the first one is named by the seed that it lies towards."""
    latent = recipe.anchors[-1].latent
    if recipe == first or len(recipe.anchors) == 1 or isinstance(latent, Vector):
        return title_of(recipe)
    return f"to seed {latent.value}" if isinstance(latent, Seed) else title_of(recipe)


def _signed(step: float) -> str:
    return f"{step:+g}".replace("-", "\u2212").replace("+0", "0")
