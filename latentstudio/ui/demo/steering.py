"""Steering: the demo's sliders on its face, each leaving what the others stand for alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QImage

from latentstudio.core.direction import (
    Direction,
    Styles,
    step_along,
    with_reading,
)
from latentstudio.core.document import Document
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.readings import Readings, moved_styles
from latentstudio.core.recipe import Move, Noise, Recipe
from latentstudio.engine.messages import Frame
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.demo.big_slider import REACH, BigSlider
from latentstudio.ui.panel import SETTLE_MS


@dataclass(frozen=True)
class _Gesture:
    """Where a drag began: every position is reached from there, so that no error adds up."""

    place: int
    base: Recipe
    styles: Styles
    last: Recipe


class Steering(QObject):
    """Binds sliders to directions of the open model and to the picture on show."""

    def __init__(self, document: Document, bridge: EngineBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._bridge = document, bridge
        self._sliders: Sequence[BigSlider] = ()
        self._directions: tuple[Direction, ...] = ()
        self._steps: tuple[Move, ...] = ()
        self._readings = Readings((), 1)
        self._gesture: _Gesture | None = None
        self._drawn: Recipe | None = None
        self._calm = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._calm.timeout.connect(self._draw_ends)
        document.changed.connect(lambda _old, _new: self._calm.start())
        bridge.frame_ready.connect(lambda _frame: self.follow())

    def steer(
        self, sliders: Sequence[BigSlider], directions: Sequence[Direction], info: ModelInfo
    ) -> None:
        """Give each slider its direction of a model."""
        self._sliders, self._directions = sliders, tuple(directions)
        layers = info.style_layers
        self._steps = tuple(step_along(d, layers, self._directions) for d in self._directions)
        self._readings = Readings(self._directions, layers)
        self._gesture = self._drawn = None
        for place, slider in enumerate(sliders):
            slider.moved.connect(lambda value, place=place: self._go(place, value))
            slider.committed.connect(lambda _value: self._end())
        self.follow()

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._calm.stop()

    # --- the finger -----------------------------------------------------------------------------

    def _go(self, place: int, target: float) -> None:
        recipe, gesture = self._document.recipe, self._gesture
        if gesture is None or gesture.place != place or gesture.last != recipe:
            styles = self._styles()
            if styles is None:
                return
            gesture = _Gesture(place, recipe, styles, recipe)
        direction, step = self._directions[place], self._steps[place]
        moved = with_reading(gesture.base, direction, step, gesture.styles, target)
        self._gesture = replace(gesture, last=moved)
        self._document.edit_recipe(direction.name, lambda _r: moved, ("demo", place))

    def _end(self) -> None:
        self._gesture = None
        forget_way(self._document)
        self.follow()

    # --- the picture ----------------------------------------------------------------------------

    def follow(self) -> None:
        """Show where the face on show is; the first ends are drawn with the first picture."""
        frame, styles = self._bridge.frame, self._styles()
        moves = self._document.recipe.moves
        if styles is None and self._fits(frame):  # a face on the way is read, too
            assert frame is not None
            styles, moves = frame.styles, frame.recipe.moves
        if styles is None or not self._directions:
            return
        here = self._readings.at(styles).round(3).tolist()
        own = self._readings.at(moved_styles(styles, moves, ())).round(3).tolist()
        for slider, value, seeds in zip(self._sliders, here, own, strict=True):
            slider.show_place(value, seeds)
        if self._drawn is None:
            self._draw_ends()

    def _styles(self) -> Styles | None:
        """The styles of the recipe, once a picture of it has come: moves are added to it."""
        frame, recipe = self._bridge.frame, self._document.recipe
        if frame is None or frame.styles is None or not self._fits(frame):
            return None
        if _source(frame.recipe) != _source(recipe):
            return None
        return moved_styles(frame.styles, frame.recipe.moves, recipe.moves)

    def _fits(self, frame: Frame | None) -> bool:
        info = self._bridge.info
        if frame is None or frame.styles is None or info is None:
            return False
        return frame.styles.shape == (info.style_layers, info.style_dim)

    def _draw_ends(self) -> None:
        """Ask for the faces at the ends, once the face has settled."""
        styles, recipe = self._styles(), self._document.recipe
        if not self._directions or recipe == self._drawn:
            return
        if styles is None:  # the picture is still on its way
            self._calm.start()
            return
        self._drawn = recipe
        ends = [
            with_reading(recipe, direction, step, styles, target)
            for direction, step in zip(self._directions, self._steps, strict=True)
            for target in (-REACH, REACH)
        ]
        self._bridge.faces("demo.ends", ends, self._take_end)

    def _take_end(self, index: int, image: QImage) -> None:
        if index < 2 * len(self._sliders):
            self._sliders[index // 2].set_face(index % 2, image)


def forget_way(document: Document) -> None:
    """Visitors undo nothing, and a day of their steps would fill the memory."""
    document.replace_all(document.state, "Visitor")


def _source(recipe: Recipe) -> Recipe:
    """All of a recipe that its styles depend on, but the moves."""
    return replace(recipe, moves=(), noise=Noise())
