"""TimelineView: the timeline under the hands: scrubbing, dragging keyframes, zooming, drops."""

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from latentstudio.core.journey import Journey
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, title_of
from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, ring
from latentstudio.ui.face_mime import carries_faces, recipes_of
from latentstudio.ui.timeline_film import Film
from latentstudio.ui.timeline_lanes import lanes_of
from latentstudio.ui.timeline_paint import paint_moving, paint_still, playhead_rect, values_rect
from latentstudio.ui.timeline_scale import TimeScale, clock
from latentstudio.ui.timeline_scene import CURSORS, MARGIN, RIGHT, RULER, Scene

_STARTS = 3  # pixels until a press is a drag
_SNAP = 7  # pixels that are near
_ZOOM = 1.25
_WORDS_MS = 200  # screen readers need not hear of every frame
_UNITS = {"psi": 0.01, "noise": 0.02, "move": 0.05}  # of a lane's value, to a pixel
_RANGES = {"psi": (-1.0, 2.0), "noise": (0.0, 2.0), "move": (-3.0, 3.0)}
_KEYS = {
    Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_F2,
}  # fmt: skip


class TimelineView(Control, QWidget):
    """Shows a journey and tells what is done to it; it changes nothing by itself.

    Left and Right go a frame, with Ctrl they move the chosen keyframe; Page a second, Home and End
    to the ends; Delete removes the chosen keyframe, F2 names it.

    Signals:
        scrubbed: the playhead is to go to a time in seconds.
        picked: a keyframe is chosen.
        dragged: the chosen keyframe is to go to a time; ``released`` after it.
        valued: a lane's row, a keyframe and the value it is to have; ``released`` after it.
        dropped: faces and the time of the first.
        span_changed: what is to be played, from and to in seconds.
        removed, rename_asked: of the chosen keyframe.
        menu_asked: a place on the screen.
    """

    scrubbed = Signal(float)
    picked = Signal(int)
    dragged = Signal(float)
    valued = Signal(int, int, float)
    released = Signal()
    dropped = Signal(list, float)
    span_changed = Signal(float, float)
    removed = Signal()
    rename_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, film: Film, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = Scene(film, Journey())
        self._info: ModelInfo | None = None
        self.snaps = True
        self._still: QPixmap | None = None
        self._fits = True
        self._hold: str = ""  # what the pointer has taken hold of
        self._press = QPointF()
        self._grip = 0.0  # between the pointer and the time that it took hold of
        self._lane: tuple[int, int, float] = (0, 0, 0.0)
        self._moving = False
        self._words = QTimer(self, singleShot=True, interval=_WORDS_MS)
        self._words.timeout.connect(self._tell)
        film.changed.connect(self.refresh)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.become("Timeline")

    # --- what is shown --------------------------------------------------------------------------

    def show_journey(self, journey: Journey, selected: int) -> None:
        """Show a journey with one of its keyframes chosen, or none (-1)."""
        scene = self.scene
        scene.selected = selected if selected < len(journey.keyframes) else -1
        if journey is not scene.journey:
            scene.journey, scene.lanes = journey, lanes_of(journey)
            self.lay()
        self._tell()
        self.refresh()

    def show_place(self, seconds: float) -> None:
        """Put the playhead to a time."""
        old, self.scene.place = self.scene.place, seconds
        for place in (old, seconds):
            self.update(playhead_rect(self.scene, place).toAlignedRect())
        for row in range(self.scene.rows):
            self.update(values_rect(self.scene, row).toAlignedRect())
        if not self._fits and not self._hold:
            self._follow(seconds)
        self._words.start()

    def show_span(self, start: float, end: float) -> None:
        """Show what is played."""
        self.scene.span = (start, end)
        self.refresh()

    def lay(self) -> None:
        """Lay film and scale out anew: the journey, the width or the model is another."""
        scene = self.scene
        scene.size = (self.width(), self.height())
        if self._fits and not self._hold:
            scene.scale = scene.fitted()
        elif not self._fits:
            room = scene.track.width() - theme.px(RIGHT - MARGIN)
            scene.scale = scene.scale.held(scene.seconds, room, theme.px(MARGIN))
        wanted, info = scene.journey.model, self._info
        there = info is not None and wanted in (ModelRef(), ModelRef.of(info))
        scene.note = (
            "" if there or not wanted.name else f"This journey needs {wanted.name}: open it."
        )
        scene.film.lay(
            scene.journey, info if there else None, scene.scale, scene.track.width(), scene.edge
        )
        self.refresh()

    def show_model(self, info: ModelInfo) -> None:
        """Draw the film with another model."""
        self._info = info
        self.lay()

    def _tell(self) -> None:
        scene, keys = self.scene, self.scene.journey.keyframes
        words = f"at {clock(scene.place)} of {clock(scene.journey.duration)}"
        if 0 <= scene.selected < len(keys):
            key = keys[scene.selected]
            name = key.name or title_of(key.recipe)
            words += f", keyframe {scene.selected + 1} of {len(keys)}, {name}, {clock(key.time)}"
        self.setAccessibleDescription(words if keys else "no keyframes yet")

    # --- zoom -----------------------------------------------------------------------------------

    @property
    def fits(self) -> bool:
        """Whether the whole journey is kept in sight."""
        return self._fits

    def zoom(self, direction: int, x: float | None = None) -> None:
        """Closer (+1), further off (-1), or everything (0); what stands at ``x`` stays there."""
        scene = self.scene
        if direction == 0:
            self._fits = True
        else:
            at = scene.scale.x(scene.place) if x is None else x - scene.head
            scaled = scene.scale.zoomed(_ZOOM**direction, at)
            self._fits = scaled.rate <= scene.fitted().rate
            scene.scale = scaled
        self.lay()

    def _follow(self, seconds: float) -> None:
        """Keep the playhead in sight: a page further where it leaves."""
        scene = self.scene
        x, width = scene.scale.x(seconds), scene.track.width()
        if not 0 <= x <= width - theme.px(RIGHT):
            scene.scale = TimeScale(seconds, scene.scale.rate).moved(-theme.px(MARGIN))
            self.lay()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta()
        steps = turn.y() or turn.x()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if steps > 0 else -1, event.position().x())
        elif not self._fits:
            self.scene.scale = self.scene.scale.moved(-steps)
            self.lay()
        event.accept()

    # --- pointer --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() != Qt.MouseButton.LeftButton or not self.scene.journey.keyframes:
            return
        point, scene = event.position(), self.scene
        self._press, self._moving = point, False
        self._hold = self.scene.part_at(point)
        if self._hold == "key":
            index = scene.key_at(point)
            self._grip = point.x() - scene.diamond(index).x()
            self.picked.emit(index)
        elif self._hold == "lane":
            row, index = scene.lane_key_at(point) or (0, 0)
            self._lane = (row, index, scene.lanes[row].values[index])
            self.picked.emit(index)
        elif self._hold == "scrub":
            self._scrub(point)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if not self._hold:
            self._show_cursor(point)
            return
        travel = point - self._press
        self._moving = self._moving or max(abs(travel.x()), abs(travel.y())) >= _STARTS
        if self._hold == "scrub":
            self._scrub(point)
        elif self._moving and self._hold == "key":
            self.dragged.emit(self._snapped(point.x() - self._grip, event.modifiers()))
        elif self._moving and self._hold == "lane":
            self._drag_value(travel.y())
        elif self._hold in ("first", "last"):
            self._drag_span(point.x(), event.modifiers())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._let_go()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self.scene.key_at(point) >= 0:
            self.rename_asked.emit()
        elif self.scene.loop_end_at(point) >= 0:
            self.span_changed.emit(0.0, self.scene.journey.duration)
        else:
            self.mousePressEvent(event)

    def _let_go(self) -> None:
        held, self._hold = self._hold, ""
        if held in ("key", "lane") and self._moving:
            self.released.emit()
        if held:
            self.lay()

    def _show_cursor(self, point: QPointF) -> None:
        shape = CURSORS.get(self.scene.part_at(point), Qt.CursorShape.ArrowCursor)
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _scrub(self, point: QPointF) -> None:
        seconds = min(self.scene.time(point.x()), max(self.scene.seconds, 0.0))
        self.scrubbed.emit(self._on_frame(seconds))

    def _drag_value(self, down: float) -> None:
        row, index, value = self._lane
        if row < len(self.scene.lanes):
            kind = self.scene.lanes[row].kind
            low, high = _RANGES[kind]
            moved = min(max(value - down * _UNITS[kind], low), high)
            self.valued.emit(row, index, round(moved, 2))

    def _drag_span(self, x: float, held: Qt.KeyboardModifier) -> None:
        start, end = self.scene.span
        seconds = min(self._snapped(x, held), self.scene.journey.duration)
        least = 2 / self.scene.journey.fps
        if self._hold == "first":
            self.span_changed.emit(max(0.0, min(seconds, end - least)), end)
        else:
            self.span_changed.emit(start, max(seconds, start + least))

    def _on_frame(self, seconds: float) -> float:
        fps = self.scene.journey.fps
        return round(seconds * fps) / fps

    def _snapped(self, x: float, held: Qt.KeyboardModifier) -> float:
        """The time at a place: a tick or the playhead where one is near; Alt takes no notice."""
        scene = self.scene
        seconds = self._on_frame(scene.time(x))
        if not self.snaps or held & Qt.KeyboardModifier.AltModifier:
            return seconds
        marks = [time for time, _ in scene.scale.ticks(scene.track.width(), theme.px(76))]
        near = min((*marks, scene.place), key=lambda time: abs(scene.x(time) - x))
        return near if abs(scene.x(near) - x) <= theme.px(_SNAP) else seconds

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = QPointF(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            index = self.scene.key_at(point)
            if index >= 0:
                self.picked.emit(index)
            elif point.x() >= self.scene.head and self.scene.journey.keyframes:
                self._scrub(point)
        self.menu_asked.emit(event.globalPos())

    # --- keys -----------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """These keys belong to the timeline while it has the focus, not to the window."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _KEYS
            and not event.modifiers() & Qt.KeyboardModifier.AltModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.show_ring(True)
        scene, key = self.scene, event.key()
        frame, keys = 1 / scene.journey.fps, scene.journey.keyframes
        steps = {
            Qt.Key.Key_Left: -frame, Qt.Key.Key_Right: frame,
            Qt.Key.Key_PageUp: -1.0, Qt.Key.Key_PageDown: 1.0,
        }  # fmt: skip
        if key in steps and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if 0 <= scene.selected < len(keys):
                self.dragged.emit(max(0.0, keys[scene.selected].time + steps[Qt.Key(key)]))
                self.released.emit()
        elif key in steps:
            self.scrubbed.emit(self._on_frame(max(0.0, scene.place + steps[Qt.Key(key)])))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.scrubbed.emit(0.0 if key == Qt.Key.Key_Home else scene.journey.duration)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key == Qt.Key.Key_F2:
            self.rename_asked.emit()
        else:
            super().keyPressEvent(event)

    # --- drops ----------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if carries_faces(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.scene.drop = self._snapped(event.position().x(), event.modifiers())
        self.refresh()
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.scene.drop = None
        self.refresh()

    def dropEvent(self, event: QDropEvent) -> None:
        self.scene.drop = None
        self.refresh()
        recipes = recipes_of(event.mimeData())
        if recipes:
            event.acceptProposedAction()
            self.dropped.emit(recipes, self._snapped(event.position().x(), event.modifiers()))

    # --- picture --------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(theme.px(600), theme.px(234))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(RULER + 8))

    def theme_changed(self) -> None:
        super().theme_changed()
        self.lay()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay()

    def refresh(self) -> None:
        """Something but the playhead is another: paint everything anew."""
        self._still = None
        self.update()

    def _still_picture(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.size() != self.size() * ratio:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            painter = QPainter(self._still)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            paint_still(painter, self.scene)
            painter.end()
        return self._still

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_on(self)
        still = self._still_picture()
        painter.setClipRegion(event.region())
        painter.drawPixmap(0, 0, still)
        paint_moving(painter, self.scene)
        if self.shows_focus():
            painter.setClipping(False)
            ring(painter, self.rect(), 2)
        painter.end()
