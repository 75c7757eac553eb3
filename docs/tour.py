"""Films the window at work: from the start map to an animation, as a GIF of about twenty seconds.

    python docs/tour.py [FILE.gif]

Every frame is drawn to the end before it is taken, however slow the machine is.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from stage import PICTURES, Stage, open_stage, pillow

from latentstudio.core.recipe import Recipe, with_psi, with_seed
from latentstudio.ui import go_to, theme
from latentstudio.ui.controls import SliderRow

SIZE, FOOT = (960, 564), 36  # of the window, and of the line of words under it
FRAME_MS = 100
COLOURS = 96
MOST_BYTES = 4_000_000
LEFT = Qt.MouseButton.LeftButton


@dataclass
class Film:
    """Frames with their times; the words and the hand of the next one.

    Attributes:
        words: what is being done.
        hand: where the pointer is in the window, None for nowhere.
        down: whether its button is held.
    """

    stage: Stage
    words: str = ""
    hand: QPointF | None = None
    down: bool = False
    frames: list[Image.Image] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    # --- taking frames ----------------------------------------------------------------------------

    def take(self, ms: int = FRAME_MS) -> None:
        """Take a frame that is seen for so long."""
        self.stage.settle()
        self.frames.append(pillow(self._dressed(self.stage.grab())))
        self.times.append(ms)

    def hold(self, ms: int) -> None:
        """Wait until all is drawn, and let it be seen."""
        self.stage.rest()
        self.take(ms)

    def _dressed(self, seen: QImage) -> QImage:
        """The window with the hand on it and the words under it."""
        width, height = SIZE
        whole = QImage(width, height + FOOT, QImage.Format.Format_RGB32)
        whole.fill(theme.color("accent"))
        painter = QPainter(whole)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawImage(0, 0, seen)
        if self.hand is not None:
            self._paint_hand(painter, self.hand)
        painter.setPen(theme.color("on_accent"))
        painter.setFont(theme.font("title"))
        small = painter.font()
        small.setPixelSize(17)
        painter.setFont(small)
        line = QRectF(16, height, width - 32, FOOT)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, self.words)
        painter.end()
        return whole

    def _paint_hand(self, painter: QPainter, at: QPointF) -> None:
        radius = 8 if self.down else 10
        painter.setBrush(QColor(255, 255, 255, 235 if self.down else 120))
        painter.setPen(QPen(QColor(0, 0, 0, 160), 2))
        painter.drawEllipse(at, radius, radius)

    # --- the hand ---------------------------------------------------------------------------------

    def place(self, widget: QWidget, point: QPoint) -> QPointF:
        """A point of a widget in the window."""
        return QPointF(widget.mapTo(self.stage.window, point))

    def reach(self, widget: QWidget, point: QPoint, frames: int = 5) -> None:
        """Move the hand to a point of a widget."""
        end = self.place(widget, point)
        start = self.hand or QPointF(SIZE[0] / 2, SIZE[1] / 2)
        for step in range(1, frames + 1):
            self.hand = start + (end - start) * _eased(step / frames)
            self.take()

    def click(self, widget: QWidget, point: QPoint) -> None:
        """Go to a point and press it."""
        self.reach(widget, point)
        self.down = True
        self.take()
        QTest.mouseClick(widget, LEFT, pos=point)
        self.down = False

    def drag(self, widget: QWidget, points: Sequence[QPoint]) -> None:
        """Drag over some points, a frame at each."""
        self.reach(widget, points[0])
        self.down = True
        along = iter(points[1:])

        def between() -> None:
            self.hand = self.place(widget, next(along))
            self.take()

        self.stage.drag(widget, points, between)
        self.down = False

    # --- the file ---------------------------------------------------------------------------------

    def write(self, path: Path) -> None:
        """One palette for all frames, and of each frame what is new in it."""
        sample = Image.new("RGB", (SIZE[0], len(self.frames[::8]) * 150))
        for place, frame in enumerate(self.frames[::8]):
            sample.paste(frame.resize((SIZE[0], 150), Image.Resampling.NEAREST), (0, 150 * place))
        colours = sample.quantize(COLOURS, Image.Quantize.MEDIANCUT, kmeans=1)
        flat = [f.quantize(palette=colours, dither=Image.Dither.NONE) for f in self.frames]
        flat[0].save(
            path, save_all=True, append_images=flat[1:], duration=self.times, loop=0,
            disposal=1, optimize=False,
        )  # fmt: skip


def _eased(share: float) -> float:
    return share * share * (3 - 2 * share)


def line(start: tuple[float, float], end: tuple[float, float], steps: int) -> list[QPoint]:
    """Points from one to another, slow at both ends."""
    (x0, y0), (x1, y1) = start, end
    shares = [_eased(step / steps) for step in range(steps + 1)]
    return [QPoint(round(x0 + (x1 - x0) * s), round(y0 + (y1 - y0) * s)) for s in shares]


# --- the scenes -----------------------------------------------------------------------------------


def start(film: Film, seed: int = 24) -> None:
    """The map, and a face of it."""
    window = film.stage.window
    window.start.open()
    screen = window.start.screen
    assert screen is not None
    view = screen.view
    film.stage.until(lambda: (found := view.face_map()) is not None
                     and len(view.images()) == len(found.seeds))  # fmt: skip
    found = view.face_map()
    assert found is not None
    film.words = "Pick a face: those that look alike lie near each other"
    film.hold(900)
    at = view.center(found.seeds.index(seed)).toPoint()
    start = view.mapFrom(window, QPoint(SIZE[0] * 2 // 3, SIZE[1] // 3))
    for point in line((start.x(), start.y()), (at.x(), at.y()), 6):
        QTest.mouseMove(view, point)
        film.hand = film.place(view, point)
        film.take()
    film.take(300)
    film.click(view, at)
    film.hold(600)


def walk(film: Film) -> None:
    """Drag the picture."""
    canvas = film.stage.window.canvas
    film.words = "Drag the picture: it walks from face to face"
    middle = canvas.target().center()
    side = canvas.target().width()
    there = line((middle.x(), middle.y()), (middle.x() - 0.4 * side, middle.y() - 0.1 * side), 10)
    back = line((there[-1].x(), there[-1].y()), (middle.x() + 0.18 * side, middle.y()), 12)
    film.drag(canvas, [*there, *back[1:]])
    film.stage.wait(0.5)  # the lattice goes
    film.hold(500)


def smile(film: Film) -> None:
    """Move a slider that says what it changes."""
    row = film.stage.slider_of("Smile")
    assert row is not None
    film.words = "Move Smile: sliders are named after what they change"
    _slide(film, row, -1.8, 2.4)
    film.hold(500)


def _slide(film: Film, row: SliderRow, *values: float, steps: int = 8) -> None:
    """Drag the knob of a slider over some values."""
    track = row.track
    y = track.height() / 2
    stops = [track._x(row.value()), *(track._x(value) for value in values)]
    points: list[QPoint] = []
    for first, last in pairwise(stops):
        points += line((first, y), (last, y), steps)[1 if points else 0 :]
    film.drag(track, points)


def keep(film: Film) -> None:
    """Keep the face."""
    stage = film.stage
    film.words = "K keeps a face in the gallery"
    film.hand = None
    stage.window.strip.choose("gallery")
    film.hold(500)
    stage.act("keep")
    film.hold(800)


def mix(film: Film, other: int = 6) -> None:
    """Make one face out of two."""
    stage = film.stage
    film.words = "Mix: Shift+A and Shift+B make faces sources, A to B blends them"
    stage.act("source_a")
    stage.rest()
    stage.edit("Seed", lambda r: with_seed(r, other))
    stage.settle()
    stage.act("keep")
    stage.act("source_b")
    stage.rest()
    stage.act("workspace_mix")
    go_to.section(stage.window, "interpolate")
    stage.window.strip.choose("gallery")
    film.hold(700)
    row = stage.control("interpolate.position")
    assert isinstance(row, SliderRow)
    _slide(film, row, 0.0, 0.5)
    film.hold(500)


def inpaint(film: Film) -> None:
    """Paint over the eyes and choose other ones."""
    stage = film.stage
    stage.edit("Seed", lambda r: with_seed(Recipe(r.model), 46))
    stage.act("workspace_inpaint")
    stage.settle()
    desk = stage.window.inpaint
    desk.photos.take_current()
    film.words = "Inpaint: paint over a part, and the model finds what could be there"
    film.hold(500)
    canvas = desk.view.mask_canvas
    area = canvas.target()
    x, y, side = area.left(), area.top(), area.width()
    desk.brush.size_row.set_value(13)
    desk.brush._tell()
    film.drag(
        canvas, line((x + 0.36 * side, y + 0.51 * side), (x + 0.64 * side, y + 0.51 * side), 9)
    )
    film.hand = None
    film.take(200)
    desk.panel.start()
    stage.until(lambda: not desk.panel.running)
    film.hold(500)
    for _ in range(3):
        stage.act("next_candidate")
        film.take(400)
    stage.act("use_candidate")
    stage.act("keep")
    film.hold(400)


def animate(film: Film) -> None:
    """Let the faces become each other."""
    stage = film.stage
    kept = [entry.recipe for entry in stage.window.document.state.gallery]
    model = stage.window.document.recipe.model
    more = [with_psi(with_seed(Recipe(model), seed), 0.9) for seed in (29, 61)]
    for face in (*(replace(face, paste=None) for face in kept), *more):
        stage.edit("Face", lambda _r, face=face: face)
        stage.act("insert_keyframe")
    stage.act("workspace_animate")
    stage.click("timeline.loop")
    desk = stage.window.animate
    desk.go(0.0)
    film.words = "Animate: kept faces become a film to take along"
    film.hold(700)
    desk.timeline.transport.play.show_playing(True)
    length = stage.window.document.state.journey.duration
    for step in range(1, 25):
        desk.go(length * step / 25)
        film.take()
    desk.go(0.0)
    desk.timeline.transport.play.show_playing(False)
    film.hold(700)


SCENES = (start, walk, smile, keep, mix, inpaint, animate)


def main(arguments: list[str]) -> int:
    """Film all scenes and write the file."""
    path = Path(arguments[0]) if arguments else PICTURES / "tour.gif"
    with open_stage(SIZE) as stage:
        film = Film(stage)
        for scene in SCENES:
            scene(film)
    film.write(path)
    size, seconds = path.stat().st_size, sum(film.times) / 1000
    sys.stdout.write(f"{path}: {len(film.frames)} frames, {seconds:.1f} s, {size / 2**20:.2f} MB\n")
    return 0 if size <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
