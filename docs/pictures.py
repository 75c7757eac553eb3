"""Draws the pictures of the README and the guide: the window at work, and seeds 0 to 63.

    python docs/pictures.py [NAME ...]

NAME is one of the functions below, such as ``mix`` or ``animate``; without a name all are drawn.
"""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from model_sheet import grid
from PIL import Image
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from stage import MODEL, PICTURES, Stage, open_stage, save, save_pillow

from latentstudio import open_model
from latentstudio.cli import main as latentstudio
from latentstudio.core.demo import DemoPlan
from latentstudio.core.document import State
from latentstudio.core.gallery import with_kept
from latentstudio.core.mask import Mask, with_stroke
from latentstudio.core.recipe import Recipe, with_place, with_psi, with_seed
from latentstudio.resources import assets, bundled_models
from latentstudio.ui import theme
from latentstudio.ui.demo.demo_desk import demo_bridge
from latentstudio.ui.demo.stand import Stand
from latentstudio.ui.inpaint_desk import InpaintDesk
from latentstudio.ui.start_cards import CARD_FACES, write_faces

SIZE = (1280, 800)
SEED = 24
KEPT = (44, 35, 24, 46, 29, 17, 6, 63)  # faces of which two are easily told apart


# --- helps ----------------------------------------------------------------------------------------


def move(stage: Stage, name: str, reading: float) -> None:
    """Move the face along a direction of the model, if it has one of that name."""
    stage.settle()
    row = stage.slider_of(name)
    if row is not None:
        row.track.take(reading)


def keep(stage: Stage, seeds: tuple[int, ...] = KEPT) -> None:
    """Put some seeds into the gallery."""
    model = stage.window.document.recipe.model
    faces = [with_seed(Recipe(model), seed) for seed in seeds]

    def change(state: State) -> State:
        gallery = state.gallery
        for face in faces:
            gallery = with_kept(gallery, face)
        return replace(state, gallery=gallery)

    stage.window.document.edit("Keep", change)


def put_sources(stage: Stage, seeds: tuple[int, ...]) -> None:
    """Make seeds the sources A, B, C, ..."""
    panel = stage.window.panel("sources")
    for place, seed in enumerate(seeds):
        panel.put_seed(place, seed)


def has_layers(stage: Stage) -> bool:
    """Whether the model has style layers to mix."""
    info = stage.window.bridge.info
    return info is not None and info.style_layers > 1


# --- the pictures ---------------------------------------------------------------------------------


def start(stage: Stage) -> None:
    """The map that the window opens on."""
    stage.window.start.open()
    screen = stage.window.start.screen
    assert screen is not None
    stage.until(
        lambda: bool(
            (found := screen.view.face_map()) and len(screen.view.images()) == len(found.seeds)
        )
    )
    stage.wait(0.5)
    stage.take("start-dark")
    stage.window.start.close()


def explore(stage: Stage) -> None:
    """A walk, a truncation and a smile; in both themes."""
    stage.edit("Seed", lambda r: with_seed(r, SEED))
    stage.edit("Walk", lambda r: with_place(r, SEED + 0.18, 0.1))
    stage.edit("Truncation", lambda r: with_psi(r, 0.9))
    move(stage, "Smile", 1.8)
    for scheme in ("light", "dark"):
        theme.apply_theme(stage.application, scheme)
        stage.rest()
        stage.take(f"explore-{scheme}")


def sheet(stage: Stage) -> None:
    """The contact sheet, seed by seed."""
    stage.edit("Seed", lambda r: with_seed(Recipe(r.model), 0))
    stage.window.show_view(1)
    stage.window.sheet.kind.set_current(2)
    stage.window.sheet.fill()
    stage.rest()
    stage.take("sheet-dark")
    stage.window.show_view(0)


def mix(stage: Stage) -> None:
    """Four sources, a point between them, and what the model can mix beside it."""
    stage.act("workspace_mix")
    put_sources(stage, (44, 35, 6, 63))
    if has_layers(stage):
        stage.window.strip.choose("grid")
    else:
        stage.window.strip.choose("arithmetic")
        add_up(stage)
    pad = stage.control("corners.pad")
    place = QPoint(round(0.38 * pad.width()), round(0.42 * pad.height()))
    stage.drag(pad, [place, place])
    stage.rest()
    stage.take("mix-dark")


def add_up(stage: Stage) -> None:
    """Pink hair and sunglasses, without pink hair, with white hair."""
    tab = stage.window.strip.tab("arithmetic")
    model = stage.window.document.recipe.model
    for term, seeds in (("plus", (4, 15, 31)), ("minus", (0, 20, 27)), ("more", (2, 23, 17))):
        tab.add(term, [with_seed(Recipe(model), seed) for seed in seeds])


def bring(stage: Stage, seed: int) -> InpaintDesk:
    """Take a seed's face to the Inpaint workspace."""
    stage.act("workspace_inpaint")
    stage.edit("Seed", lambda r: with_seed(Recipe(r.model), seed))
    stage.settle(0.5)
    stage.window.inpaint.photos.take_current()
    return stage.window.inpaint


def search(stage: Stage) -> None:
    """Look for answers until they are there."""
    panel = stage.window.inpaint.panel
    panel.start()
    stage.until(lambda: not panel.running)


def inpaint(stage: Stage) -> None:
    """A face whose mouth is painted over, and what else could be there."""
    desk = bring(stage, 46)
    side = stage.window.bridge.info.resolution
    line = [(side * x, side * y) for x, y in ((0.38, 0.5), (0.5, 0.52), (0.62, 0.5))]
    desk.masks.edit("Stroke", with_stroke(Mask.empty(side), line, side * 0.2, 0.8))
    search(stage)
    desk.candidates.star()
    stage.rest()
    stage.take("inpaint-dark")


def restore(stage: Stage) -> None:
    """A face of sixteen pixels a side made whole."""
    desk = bring(stage, 35)
    desk.panel.choose_task("restore")
    stage.rest()
    search(stage)
    stage.rest()
    stage.take("restore-dark")


def animate(stage: Stage) -> None:
    """A journey through five faces, between two of them."""
    keep(stage)
    for seed, psi in ((44, 0.9), (35, 1.0), (24, 0.7), (29, 1.0), (6, 0.9)):
        stage.edit("Face", lambda r, s=seed, p=psi: with_psi(with_seed(r, s), p))
        stage.act("insert_keyframe")
    stage.act("workspace_animate")
    stage.click("timeline.loop")
    stage.window.animate.go(2.9)
    stage.rest()
    stage.take("animate-dark")
    panel = stage.window.panel("clip")
    panel.set_open(True)
    stage.window.rails[1].reveal("clip")
    stage.wait(0.5)
    save(panel.grab().toImage(), PICTURES / "clip-dark.png")


def families(stage: Stage) -> None:
    """Kept faces, children of them, and the tree that they make."""
    window = stage.window
    keep(stage, (44, 35))
    children, gallery = window.strip.tab("children"), window.strip.tab("gallery")
    window.strip.choose("children")
    kept = [entry.recipe for entry in window.document.state.gallery]
    children.cross(kept)
    pick(stage, children.litter[1], children.litter[5])
    children.mutate(window.document.recipe)
    pick(stage, children.litter[2], children.litter[6])
    window.strip.choose("gallery")
    assert gallery.isVisible()
    stage.act("lineage")
    stage.rest()
    stage.take("families-dark")
    window.faces.lineage.close()


def pick(stage: Stage, *recipes: Recipe) -> None:
    """Go to faces one after the other and keep each."""
    for recipe in recipes:
        stage.edit("Child", lambda _r, recipe=recipe: recipe)
        stage.settle()
        stage.act("keep")


def compare(stage: Stage) -> None:
    """The face against its original."""
    stage.edit("Seed", lambda r: with_seed(Recipe(r.model), 6))
    move(stage, "Smile", 2.2)
    move(stage, "Hair length", -1.5)
    window = stage.window
    window.faces.compare.turn(True)
    window.faces.compare.choose(replace(window.faces.compare.choice, kind="original"))
    stage.rest()
    stage.take("compare-dark")
    window.faces.compare.turn(False)


def demo(stage: Stage) -> None:
    """What the visitors of a stand see."""
    model = stage.window.document.recipe.model
    face = with_psi(with_seed(Recipe(model), 44), 0.9)
    stand = Stand(DemoPlan(MODEL, idle=3600), stage.folder / "demo", demo_bridge, face)
    stand.begin()
    stand.screen.showNormal()
    stand.screen.resize(*SIZE)
    stage.until(lambda: stand.bridge.frame is not None)
    for seed in reversed(KEPT):
        stand.keeper.keep(with_psi(with_seed(Recipe(model), seed), 0.9))
    stage.rest(stand.bridge)
    save(stand.screen.grab().toImage(), PICTURES / "demo-dark.png")
    stand.leave()


def seeds(stage: Stage) -> None:
    """Seeds 0 to 63 of every bundled model, not chosen; with classes, a row of eight for each.

    Four of them stand for the model on its card, before it is first opened.
    """
    for name in bundled_models():
        kinds = [["--class", kind] for kind in open_model(name).info.classes[:8]] or [[]]
        each = range(64 // len(kinds))
        found: list[Path] = []
        for number, kind in enumerate(kinds):
            out = stage.folder / f"{name}-{number}"
            asked = ["--seeds", f"0-{each[-1]}", *kind, "--out", str(out)]
            if latentstudio(["generate", name, *asked]) != 0:
                raise SystemExit(f"{name} could not be drawn")
            found += (out / f"seed{seed:04d}.png" for seed in each)
        page = grid([Image.open(path) for path in found])
        save_pillow(page, PICTURES / f"{name}-seeds-0-63.png", 128)
        of_map = [found[seed % len(kinds) * len(each) + seed] for seed in range(CARD_FACES)]
        write_faces([QImage(str(path)) for path in of_map], assets() / "faces" / f"{name}.png")


ALL: dict[str, Callable[[Stage], None]] = {
    made.__name__: made
    for made in (
        start,
        explore,
        sheet,
        mix,
        inpaint,
        restore,
        animate,
        families,
        compare,
        demo,
        seeds,
    )
}


def main(names: list[str]) -> int:
    """Draw the pictures of some names, or all; each in a window of its own."""
    for name in names or ALL:
        with open_stage(SIZE) as stage:
            ALL[name](stage)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
