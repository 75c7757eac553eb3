"""Keyframe: the chosen keyframe's face, name and time, and how the way to the next one goes."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from latentstudio.core.document import State
from latentstudio.core.journey import EASES, MAX_SECONDS, NAME, Ease, Journey, progress
from latentstudio.core.recipe import Recipe, title_of
from latentstudio.ui import theme
from latentstudio.ui.controls import (
    IconButton,
    InfoLine,
    Label,
    Row,
    Segmented,
    TextButton,
    Tile,
    ValueField,
)
from latentstudio.ui.controls.ease_curve import EaseCurve
from latentstudio.ui.panel import Panel

WORDS: dict[Ease, str] = {
    "linear": "Linear",
    "smooth": "Smooth",
    "in": "Slow in",
    "out": "Slow out",
    "hold": "Hold",
}
_NONE = "Choose a keyframe on the timeline, or press I to add the face you see."


class KeyframePanel(Panel):
    """Shows the keyframe that the workspace's desk has chosen.

    Signals:
        named: another name; ``timed`` another time in seconds; ``timing_ended`` after a drag.
        removed, duplicated: the keyframe is to go, or to come once more.
        edit_asked: its face is to become the current one, in Explore.
        replace_asked: the current face is to take its place.
    """

    key = "keyframe"
    title = "Keyframe"
    icon = "diamond"
    named = Signal(str)
    timed = Signal(float)
    timing_ended = Signal()
    removed = Signal()
    duplicated = Signal()
    edit_asked = Signal()
    replace_asked = Signal()

    def build(self) -> None:
        self._index = -1
        self._recipe: Recipe | None = None
        self._buttons: list[IconButton] = []
        for name, icon, words, signal in (
            ("duplicate", "copy", "The same face once more, later", self.duplicated),
            ("delete", "trash-2", "Delete the keyframe", self.removed),
        ):
            button = IconButton(icon, words, "Delete in the timeline" if name == "delete" else "")
            self.name_control(name, button)
            button.clicked.connect(lambda _on=False, signal=signal: signal.emit())
            self.add_action(button)
            self._buttons.append(button)
        self._none = InfoLine(_NONE)
        self.body.addWidget(self._none)
        self._some = QWidget()
        self.body.addWidget(self._some)
        column = QVBoxLayout(self._some)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self._build_card())
        column.addWidget(self._build_time())
        column.addWidget(self._build_buttons())

    def _build_card(self) -> QWidget:
        card = QWidget()
        line = QHBoxLayout(card)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(10))
        self.tile = Tile(size=72, flush=True)
        self.name_control("face", self.tile, "Go to this keyframe")
        line.addWidget(self.tile)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        self.name = QLineEdit()
        self.name_control("name", self.name, "Name of the keyframe  (F2)")
        self.name.setAccessibleName("Name of the keyframe")
        self.name.setMaxLength(NAME)
        self.name.editingFinished.connect(self._name_typed)
        self.order = Label("", token="muted")
        self.facts = Label("", token="faint")
        for part in (self.name, self.order, self.facts):
            words.addWidget(part)
        line.addLayout(words, 1)
        return card

    def _build_time(self) -> QWidget:
        self.time = ValueField(0, MAX_SECONDS, step=0.1, decimals=2, unit="s", name="Time")
        self.name_control("time", self.time, "When this face is seen: type it, or drag across")
        self.time.moved.connect(self.timed)
        self.time.committed.connect(self._time_typed)
        return Row("Time", self.time)

    def _build_buttons(self) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(8))
        self.edit = TextButton("Edit face", "sliders-horizontal")
        self.name_control(
            "edit", self.edit, "Make it the current face in Explore, to change it with sliders"
        )
        self.edit.clicked.connect(self.edit_asked)
        self.replace = TextButton("Use this face", "refresh-cw")
        self.name_control("replace", self.replace, "Give the keyframe the current face of Explore")
        self.replace.clicked.connect(self.replace_asked)
        for button in (self.edit, self.replace):
            line.addWidget(button, 1)
        return row

    def summary(self, recipe: Recipe) -> str:
        keys = self.document.state.journey.keyframes
        return self.order.text() if 0 <= self._index < len(keys) else "none chosen"

    def show_keyframe(self, index: int) -> None:
        """Show a keyframe of the document's journey, -1 for none."""
        keys = self.document.state.journey.keyframes
        some = 0 <= index < len(keys)
        self._index = index if some else -1
        self._none.setVisible(not some)
        self._some.setVisible(some)
        for button in self._buttons:
            button.setEnabled(some)
        if some:
            key = keys[index]
            title = title_of(key.recipe)
            if not self.name.isModified() or not self.name.hasFocus():
                self.name.setText(key.name or title)
            self.order.setText(f"Keyframe {index + 1} of {len(keys)}")
            self.facts.setText(facts_of(key.recipe))
            self.time.set_value(key.time)
            if key.recipe != self._recipe:
                self._recipe = key.recipe
                self.tile.set_image(None)
                self.fill_faces()
            other = self.document.recipe != key.recipe
            self.replace.set_reason("" if other else "It has the current face already")
        self.set_summary(self.summary(self.document.recipe))

    def fill_faces(self) -> None:
        if self._recipe is not None and self.isVisible():
            self.tasks.faces("keyframe", [self._recipe], self._take_face)

    def begin_name(self) -> None:
        """Type a name."""
        if self._index >= 0:
            self.name.setFocus()
            self.name.selectAll()

    def _take_face(self, _index: int, image: QImage) -> None:
        self.tile.set_image(image)

    def _name_typed(self) -> None:
        if self.name.isModified():
            self.name.setModified(False)
            self.named.emit(self.name.text())

    def _time_typed(self, seconds: float) -> None:
        self.timed.emit(seconds)
        self.timing_ended.emit()

    def _document_changed(self, old: State, new: State) -> None:
        """The desk follows the journey."""


class EasePanel(Panel):
    """How the way from the chosen keyframe to the next one goes.

    Signals:
        eased: the ease that was chosen; ``eased_all`` it is to be that of all keyframes.
    """

    key = "ease"
    title = "Ease to the next"
    icon = "spline"
    eased = Signal(str)
    eased_all = Signal(str)

    def build(self) -> None:
        self._ease: Ease = "smooth"
        self.curve = EaseCurve()
        self.name_control("curve", self.curve, "The way over the time to the next keyframe")
        self.body.addWidget(self.curve)
        self.body.addSpacing(theme.px(4))
        self.kinds = Segmented([WORDS[ease] for ease in EASES], name="Ease")
        self.name_control(
            "kind", self.kinds,
            "Linear: evenly. Smooth: slow at both ends. Slow in: slow at first. "
            "Slow out: slow at last. Hold: stay, then jump.",
        )  # fmt: skip
        self.kinds.chosen.connect(lambda at: self.eased.emit(EASES[at]))
        self.body.addWidget(self.kinds)
        every = self.menu.addAction("Same for all keyframes")
        every.triggered.connect(lambda: self.eased_all.emit(self._ease))
        self.show_keyframe(-1)

    def summary(self, recipe: Recipe) -> str:
        return WORDS[self._ease]

    def show_keyframe(self, index: int) -> None:
        """Show the ease of a keyframe of the document's journey, -1 for none."""
        journey = self.document.state.journey
        reason = _no_way(journey, index)
        if 0 <= index < len(journey.keyframes):
            self._ease = journey.keyframes[index].ease
        self.curve.setEnabled(not reason)
        self.kinds.set_reason(reason)
        self.kinds.set_current(EASES.index(self._ease))
        self.curve.show_ease(WORDS[self._ease], partial(progress, self._ease))
        self.set_summary(self.summary(self.document.recipe))

    def _document_changed(self, old: State, new: State) -> None:
        """The desk follows the journey."""


def facts_of(recipe: Recipe) -> str:
    """What of a picture is more than its face: ``Truncation 0.70, 2 moves``."""
    parts = []
    if recipe.truncation.psi != 1:
        parts.append(f"truncation {recipe.truncation.psi:.2f}")
    count = len(recipe.moves)
    if count:
        parts.append("1 move" if count == 1 else f"{count} moves")
    if recipe.paste is not None:
        parts.append("in a picture")
    words = ", ".join(parts) or "the face as it is"
    return words[:1].upper() + words[1:]


def _no_way(journey: Journey, index: int) -> str:
    """Why nothing leads on from a keyframe; empty where something does."""
    last = len(journey.keyframes) - 1
    if not 0 <= index <= last:
        return "No keyframe is chosen"
    if index == last and not journey.loops:
        return "Nothing comes after the last keyframe"
    return ""
