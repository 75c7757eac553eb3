"""AnimateDesk: the wires of the Animate workspace between journey, timeline, panels and canvas."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPoint
from PySide6.QtWidgets import QMenu

from latentstudio.core.document import State
from latentstudio.core.journey import Ease, Journey
from latentstudio.core.recipe import ModelRef, Recipe
from latentstudio.ui.journey_edits import APART, JourneyEdits
from latentstudio.ui.panels.kept import KeptPanel
from latentstudio.ui.panels.keyframe import EasePanel, KeyframePanel
from latentstudio.ui.timeline import TimelineTab
from latentstudio.ui.timeline_player import Player

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

KEY = "animate"
_NEAR = 1e-4  # seconds


class AnimateDesk(QObject):
    """Keeps the Animate workspace together.

    The canvas shows the journey at the playhead while nothing else is wanted: a new current face,
    from wherever it comes, is shown instead until the playhead moves.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._document = window.document
        self._selected = -1
        self._left_with: Recipe | None = None
        self._span: tuple[float, float] | None = None  # None for the whole journey
        self._scrubbed_from: float | None = None
        self._moving = False
        self.player = Player(self)
        self.edits = JourneyEdits(window.document, window.files.complain)
        self._connect()
        self._show()

    def _connect(self) -> None:
        window, tab = self._window, self.timeline
        view, transport = tab.view, tab.transport
        self.player.moved.connect(self._player_moved)
        self.player.changed.connect(self._player_changed)
        view.scrubbed.connect(self.go)
        view.picked.connect(self.pick)
        view.dragged.connect(self.move_keyframe)
        view.valued.connect(self._set_value)
        view.released.connect(self._released)
        view.dropped.connect(self.insert_faces)
        view.span_changed.connect(self._set_span)
        view.removed.connect(self.remove)
        view.rename_asked.connect(self.rename)
        view.menu_asked.connect(self._open_menu)
        transport.go_asked.connect(self._transport)
        transport.loop_asked.connect(self.edits.loop)
        tab.empty.activated.connect(self.insert)
        panel, ease = self.keyframe, self.ease
        panel.named.connect(self._name)
        panel.timed.connect(self.move_keyframe)
        panel.timing_ended.connect(self._document.end_gesture)
        panel.removed.connect(self.remove)
        panel.duplicated.connect(self.duplicate)
        panel.edit_asked.connect(self.edit_face)
        panel.replace_asked.connect(self.replace_face)
        panel.tile.clicked.connect(lambda: self.pick(self._selected))
        ease.eased.connect(self._set_ease)
        ease.eased_all.connect(self.edits.ease_all)
        kept = cast(KeptPanel, window.panel("kept"))
        kept.insert_asked.connect(lambda faces: self.insert_faces(faces, self.free_place()))
        window.canvas.dragged.connect(self._drag_picture)
        window.canvas.released.connect(self._picture_released)
        self._document.changed.connect(self._changed)
        window.bridge.opened.connect(lambda _info: self._show())
        window.workspaces.changed.connect(self._workspace)
        window.installEventFilter(self)

    # --- parts ----------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether the workspace is on show with a model."""
        window = self._window
        return window.workspaces.current.key == KEY and window.bridge.info is not None

    @property
    def timeline(self) -> TimelineTab:
        return cast(TimelineTab, self._window.strip.tab("timeline"))

    @property
    def keyframe(self) -> KeyframePanel:
        return cast(KeyframePanel, self._window.panel("keyframe"))

    @property
    def ease(self) -> EasePanel:
        return cast(EasePanel, self._window.panel("ease"))

    @property
    def journey(self) -> Journey:
        return self._document.state.journey

    @property
    def selected(self) -> int:
        """The chosen keyframe, -1 for none."""
        return self._selected if self._selected < len(self.journey.keyframes) else -1

    @property
    def looks_at_journey(self) -> bool:
        """Whether the canvas shows the journey, not the current face."""
        return self.on and self._moving

    def conditions(self) -> dict[str, bool]:
        """What the actions of the workspace need."""
        return {
            "animate": self.on and bool(self.journey.keyframes),
            "keyframe": self.on and self.selected >= 0,
        }

    def title(self) -> tuple[str, str] | None:
        """What the header of the canvas says of the journey; None while a face is shown."""
        if not self.looks_at_journey:
            return None
        count = len(self.journey.keyframes)
        words = "1 keyframe" if count == 1 else f"{count} keyframes"
        path = self._window.files.path
        return path.stem if path else "Journey", words + (", loops" if self.journey.loops else "")

    # --- the playhead ---------------------------------------------------------------------------

    def go(self, seconds: float) -> None:
        """Put the playhead to a time and look at the journey there."""
        self.player.go(seconds)
        self._select_at(seconds)
        self._look()

    def pick(self, index: int) -> None:
        """Choose a keyframe and go to it."""
        if 0 <= index < len(self.journey.keyframes):
            self._selected = index
            self.player.go(self.journey.keyframes[index].time)
            self._look()
            self._show()

    def step_keyframe(self, by: int) -> None:
        """To the keyframe before (-1) or after (1) the playhead."""
        place = self.player.place
        times = [key.time for key in self.journey.keyframes]
        ahead = [i for i, t in enumerate(times) if t > place + _NEAR]
        behind = [i for i, t in enumerate(times) if t < place - _NEAR]
        found = ahead[:1] if by > 0 else behind[-1:]
        self.player.pause()
        if found:
            self.pick(found[0])

    def step_frame(self, by: int) -> None:
        """So many frames on, within the journey."""
        place = self.player.place + by / self.journey.fps
        self.player.pause()
        self.go(round(min(max(place, 0), self.journey.duration) * self.journey.fps)
                / self.journey.fps)  # fmt: skip

    def toggle(self) -> None:
        """Play, or stop where it is."""
        if self.on and self._fits_model():
            self.player.toggle()

    def free_place(self) -> float:
        """Where a face is put that nobody gave a place: at the playhead, else after the end."""
        place = self.player.place
        if self.journey.at(place) is None:
            return place
        return self.journey.keyframes[-1].time + APART

    def _transport(self, where: str) -> None:
        if where == "play":
            self.toggle()
        elif where in ("back", "on"):
            self.step_frame(-1 if where == "back" else 1)
        else:
            self.player.pause()
            self.go(0.0 if where == "start" else self.journey.duration)

    def _player_moved(self, seconds: float) -> None:
        self.timeline.show_place(seconds)
        if self.player.playing:
            window = self._window
            if not window.isVisible() or window.isMinimized():
                self.player.pause()
                return
            self._look()

    def _player_changed(self, playing: bool) -> None:
        self.timeline.transport.play.show_playing(playing)
        self.timeline.film.hold(playing)
        if not playing:
            self._select_at(self.player.place)

    def _look(self) -> None:
        """Let the canvas show the journey at the playhead."""
        if not self.on or not self.journey.keyframes or not self._fits_model():
            return
        first, self._moving = not self._moving, True
        bridge = self._window.bridge
        bridge.look_at(self.journey.recipe_at(self.player.place, bridge.info))
        if first:
            self._window.update_actions()

    def _fits_model(self) -> bool:
        info = self._window.bridge.info
        return info is not None and self.journey.model in (ModelRef(), ModelRef.of(info))

    def _select_at(self, seconds: float) -> None:
        """Choose the keyframe at or before a time."""
        begun = [i for i, k in enumerate(self.journey.keyframes) if k.time <= seconds + _NEAR]
        found = begun[-1] if begun else (0 if self.journey.keyframes else -1)
        if found != self._selected:
            self._selected = found
            self._show()

    # --- keyframes ------------------------------------------------------------------------------

    def insert(self) -> None:
        """The face on the canvas becomes a keyframe at the playhead, or after the last one."""
        if self._window.bridge.info is not None:
            self.insert_faces([self._window.bridge.wanted], self.free_place())

    def insert_faces(self, recipes: Sequence[Recipe], seconds: float) -> None:
        """Put faces onto the timeline, each some time after the one before, as one undo step."""
        at = self.edits.insert(recipes, seconds)
        if at is not None:
            self._selected = self.journey.at(at) or 0
            self._arrive(at)

    def remove(self) -> None:
        """Delete the chosen keyframe."""
        index = self.selected
        if index >= 0 and self.edits.remove(index):
            self._selected = min(index, len(self.journey.keyframes) - 1)
            self._show()

    def duplicate(self) -> None:
        """The chosen keyframe once more, some time after the last."""
        if self.selected >= 0:
            last = self.journey.keyframes[-1].time
            self.insert_faces([self.journey.keyframes[self.selected].recipe], last + APART)

    def move_keyframe(self, seconds: float) -> None:
        """Give the chosen keyframe another time; moves in a row are one undo step."""
        free = self.edits.move(self.selected, seconds) if self.selected >= 0 else None
        if free is not None:
            self._selected = self.journey.at(free) or 0
            self._arrive(free)

    def rename(self) -> None:
        """Type a name for the chosen keyframe."""
        if self.selected >= 0:
            self._window.right.setVisible(True)
            self._window.rails[1].reveal("keyframe")
            self.keyframe.begin_name()

    def edit_face(self) -> None:
        """Make the chosen keyframe's face the current one, in Explore."""
        if self.selected >= 0:
            recipe = self.journey.keyframes[self.selected].recipe
            self._document.edit_recipe("Face of a keyframe", lambda _r: recipe)
            self._window.workspaces.show("explore")

    def replace_face(self) -> None:
        """Give the chosen keyframe the current face."""
        index, recipe = self.selected, self._document.recipe
        if index >= 0:
            self.edits.face(index, recipe)
            self.pick(index)

    def _set_ease(self, ease: Ease) -> None:
        if self.selected >= 0:
            self.edits.ease(self.selected, ease)

    def _name(self, name: str) -> None:
        if self.selected >= 0:
            self.edits.name(self.selected, name)

    def _set_value(self, row: int, index: int, value: float) -> None:
        lanes = self.timeline.view.scene.lanes
        if row < len(lanes) and index < len(self.journey.keyframes):
            self.edits.value(lanes[row], index, value)

    def _released(self) -> None:
        self._document.end_gesture()

    def _arrive(self, seconds: float) -> None:
        """Look at a keyframe that has just come there."""
        self.player.go(seconds)
        self._look()
        self._show()

    # --- what follows ---------------------------------------------------------------------------

    def _changed(self, old: State, new: State) -> None:
        if new.recipe != old.recipe and self._moving:
            self._moving = False  # the canvas shows the new face
            self.player.pause()
            self._window.update_actions()
        if new.journey is not old.journey:
            self._set_course()
            self._show()
            if not new.journey.keyframes:
                self._moving = False
                self._window.bridge.look_at(None)
            elif self._moving:
                self._look()
            self._window.update_actions()
        elif new.recipe != old.recipe and self.on:
            self.keyframe.show_keyframe(self.selected)

    def _set_course(self) -> None:
        journey = self.journey
        start, end = self._span or (0.0, journey.duration)
        if not 0 <= start < end <= journey.duration + _NEAR:
            self._span, start, end = None, 0.0, journey.duration
        self.player.set_course(start, end, journey.fps, journey.loop)
        self.timeline.view.show_span(start, end)

    def _set_span(self, start: float, end: float) -> None:
        whole = start <= _NEAR and end >= self.journey.duration - _NEAR
        self._span = None if whole else (start, end)
        self._set_course()

    def _show(self) -> None:
        self.timeline.show_journey(self.selected)
        self.keyframe.show_keyframe(self.selected)
        self.ease.show_keyframe(self.selected)

    def _workspace(self, key: str) -> None:
        window = self._window
        if key == KEY:
            window.top_bar.save.set_quiet(True)
            self._set_course()
            self._show()
            if self._left_with in (None, self._document.recipe):
                self._look()
        elif self._moving or self.player.playing:
            self.player.pause()
            self._moving = False
            window.bridge.look_at(None)
        window.walk.on = key != KEY  # here, dragging the picture moves the playhead
        if key != KEY:
            self._left_with = self._document.recipe
        window.update_actions()

    def _open_menu(self, place: QPoint) -> None:
        act, at = self._window.actions_by_name, self.player.place
        menu = QMenu(self.timeline.view)
        for name in ("insert_keyframe", "delete_keyframe", "rename_keyframe"):
            menu.addAction(act[name])
        menu.addSeparator()
        end = self._span[1] if self._span else self.journey.duration
        start = self._span[0] if self._span else 0.0
        for words, span in (
            ("Play from here", (at, end)),
            ("Play to here", (start, at)),
            ("Play everything", (0.0, self.journey.duration)),
        ):
            line = menu.addAction(words)
            line.setEnabled(span[1] > span[0])
            line.triggered.connect(lambda _on=False, span=span: self._set_span(*span))
        menu.exec(place)
        menu.deleteLater()

    # --- the picture ----------------------------------------------------------------------------

    def _drag_picture(self, dx: float, _dy: float) -> None:
        """Dragging the picture across is dragging the playhead across the journey."""
        if not self.on or not self.journey.keyframes:
            return
        if self._scrubbed_from is None:
            self._scrubbed_from = self.player.place
        seconds = self._scrubbed_from + dx * max(self.journey.duration, 1.0)
        self.go(min(max(seconds, 0.0), self.journey.duration))

    def _picture_released(self) -> None:
        self._scrubbed_from = None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Nothing plays on while the window goes."""
        if event.type() == QEvent.Type.Close:
            self.player.pause()
        return False
