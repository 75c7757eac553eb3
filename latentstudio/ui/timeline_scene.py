"""Scene: what the timeline shows and where everything stands in it; nothing here paints."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt

from latentstudio.core.journey import Journey
from latentstudio.ui import theme
from latentstudio.ui.timeline_film import Film
from latentstudio.ui.timeline_lanes import Lane
from latentstudio.ui.timeline_scale import TimeScale

# Lengths in pixels at 100 %.
HEAD, NARROW_HEAD, NARROW_BELOW = 172, 140, 1100  # the column of names
RULER, BAR, LOOP = 31, 22, 3  # its height; the middle of the diamonds; the middle of the loop bar
FILM, EDGE, FILM_END = 34, 54, 92
LANE = 36
MARGIN, RIGHT = 18, 24  # of the times, left and right
REACH = 8  # around a diamond
SHORTEST = 4.0  # seconds that are seen at least

CURSORS = {
    "first": Qt.CursorShape.SizeHorCursor,
    "last": Qt.CursorShape.SizeHorCursor,
    "key": Qt.CursorShape.PointingHandCursor,
    "lane": Qt.CursorShape.SizeVerCursor,
}
"""For each part that the pointer can take hold of; others keep the arrow."""


@dataclass
class Scene:
    """The state of the picture of a timeline.

    Attributes:
        film: the faces.
        journey: what there is.
        lanes: the values that change.
        scale: times to pixels from the left end of the track.
        place: the playhead, in seconds.
        selected: the chosen keyframe, -1 for none.
        span: what is played, from and to in seconds.
        drop: where a dragged face would land, in seconds.
        note: why its faces cannot be drawn, in words.
        size: of the widget in pixels.
    """

    film: Film
    journey: Journey
    lanes: tuple[Lane, ...] = ()
    scale: TimeScale = field(default_factory=TimeScale)
    place: float = 0.0
    selected: int = -1
    span: tuple[float, float] = (0.0, 0.0)
    drop: float | None = None
    note: str = ""
    size: tuple[int, int] = (0, 0)

    @property
    def seconds(self) -> float:
        """The time that is worth seeing: the journey, and room to make it longer."""
        end = self.journey.duration
        return max(SHORTEST, end + max(0.25, end * 0.04))

    @property
    def head(self) -> int:
        """Width of the column of names."""
        narrow = self.size[0] < theme.px(NARROW_BELOW)
        return theme.px(NARROW_HEAD if narrow else HEAD)

    @property
    def track(self) -> QRectF:
        """Where times stand."""
        return QRectF(self.head, 0, max(self.size[0] - self.head, 1), self.size[1])

    @property
    def edge(self) -> float:
        """Of a face: less than it would like where the timeline is low."""
        room = self.size[1] - theme.px(FILM) - 6  # the ring of the chosen one
        return max(8.0, min(float(theme.px(EDGE)), float(room)))

    @property
    def film_row(self) -> QRectF:
        return QRectF(self.head, theme.px(FILM), self.track.width(), self.edge)

    def fitted(self) -> TimeScale:
        """The scale that shows everything."""
        room = self.track.width() - theme.px(RIGHT - MARGIN)
        return TimeScale.fitting(self.seconds, room, theme.px(MARGIN))

    def x(self, seconds: float) -> float:
        """Where a time stands in the widget."""
        return self.head + self.scale.x(seconds)

    def time(self, x: float) -> float:
        """The time at a place of the widget, from 0 on."""
        return max(0.0, self.scale.time(x - self.head))

    # --- keyframes ------------------------------------------------------------------------------

    def diamond(self, index: int) -> QPointF:
        """The middle of a keyframe's diamond."""
        return QPointF(self.x(self.journey.keyframes[index].time), theme.px(BAR))

    def key_box(self, index: int) -> QRectF:
        """Where a keyframe's face stands: around its time, within the journey."""
        edge = self.edge
        x = self.x(self.journey.keyframes[index].time)
        first, last = self.x(0.0), self.x(self.journey.duration)
        left = min(max(x - edge / 2, first), max(first, last - edge))
        return QRectF(round(left), theme.px(FILM), edge, edge)

    def order(self) -> list[int]:
        """Keyframes as they are painted: the chosen one on top."""
        places = list(range(len(self.journey.keyframes)))
        if self.selected in places:
            places.remove(self.selected)
            places.append(self.selected)
        return places

    def key_at(self, point: QPointF) -> int:
        """The keyframe whose diamond or face is under a point, -1 for none."""
        if point.x() < self.head:
            return -1
        reach = theme.px(REACH)
        for index in reversed(self.order()):
            off = point - self.diamond(index)
            if abs(off.x()) <= reach and abs(off.y()) <= reach:
                return index
        boxes = [i for i in reversed(self.order()) if self.key_box(i).contains(point)]
        return boxes[0] if boxes else -1

    # --- lanes ----------------------------------------------------------------------------------

    @property
    def rows(self) -> int:
        """How many lanes have room."""
        room = self.size[1] - theme.px(FILM_END)
        return max(0, min(len(self.lanes), int(room // theme.px(LANE))))

    def lane_row(self, row: int) -> QRectF:
        """Where a lane stands, its name included."""
        top = theme.px(FILM_END) + row * theme.px(LANE)
        return QRectF(0, top, self.size[0], theme.px(LANE))

    def lane_y(self, row: int, value: float) -> float:
        """Where a value stands in its lane."""
        low, high = self.lanes[row].limits
        area, inset = self.lane_row(row), theme.px(8)
        return area.bottom() - inset - (value - low) / (high - low) * (area.height() - 2 * inset)

    def lane_key_at(self, point: QPointF) -> tuple[int, int] | None:
        """The lane and the keyframe whose diamond is under a point."""
        reach = theme.px(REACH)
        for row in range(self.rows):
            lane = self.lanes[row]
            for index, key in enumerate(self.journey.keyframes):
                at = QPointF(self.x(key.time), self.lane_y(row, lane.values[index]))
                off = point - at
                if abs(off.x()) <= reach and abs(off.y()) <= reach:
                    return row, index
        return None

    @property
    def rest(self) -> QRectF:
        """The line under the lanes."""
        top = theme.px(FILM_END) + self.rows * theme.px(LANE)
        return QRectF(0, top, self.size[0], max(0, min(self.size[1] - top, theme.px(LANE))))

    # --- the loop bar ---------------------------------------------------------------------------

    def loop_end_at(self, point: QPointF) -> int:
        """The end of the loop bar under a point: 0 the first, 1 the last, -1 none."""
        if self.journey.duration <= 0 or point.y() > theme.px(2 * LOOP + 4):
            return -1
        off = [abs(point.x() - self.x(time)) for time in self.span]
        nearest = 0 if off[0] < off[1] else 1
        return nearest if off[nearest] <= theme.px(REACH) else -1

    def part_at(self, point: QPointF) -> str:
        """What the pointer takes hold of at a point: an end of the loop bar, a keyframe, a value.

        Returns:
            ``first``, ``last``, ``key``, ``lane``, ``scrub`` for the playhead, or nothing.
        """
        if point.x() < self.head:
            return ""
        end = self.loop_end_at(point)
        if end >= 0:
            return ("first", "last")[end]
        if self.key_at(point) >= 0:
            return "key"
        return "lane" if self.lane_key_at(point) is not None else "scrub"
