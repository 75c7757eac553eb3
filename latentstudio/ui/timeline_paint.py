"""Paints a timeline: ruler, loop bar, film with keyframes, lanes, playhead."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from latentstudio.ui import theme
from latentstudio.ui.controls.base import fill, write
from latentstudio.ui.controls.faces import Face, paint_picture, paint_selection
from latentstudio.ui.timeline_lanes import curve, value_at, words_of
from latentstudio.ui.timeline_scale import tick_words
from latentstudio.ui.timeline_scene import BAR, FILM_END, LANE, LOOP, RULER, Scene

_DIM = 0.5  # the way between keyframes stands behind them
_APART = 76  # pixels between two ticks with words
_CURVES = ("a", "b", "c", "d")
_HINT = "Sliders that keyframes have at different places get a lane. Drag its diamonds up or down."


def paint_still(painter: QPainter, scene: Scene) -> None:
    """Paint all that stays while the playhead moves: it is kept as a picture."""
    painter.fillRect(QRectF(0, 0, *scene.size), theme.color("panel"))
    _paint_lines(painter, scene)
    _paint_names(painter, scene)
    _paint_rest(painter, scene)
    painter.setClipRect(scene.track)
    _paint_ruler(painter, scene)
    _paint_loop(painter, scene)
    _paint_bar(painter, scene)
    _paint_film(painter, scene)
    for row in range(scene.rows):
        _paint_curve(painter, scene, row)
    _paint_drop(painter, scene)


def paint_moving(painter: QPainter, scene: Scene) -> None:
    """Paint the playhead, and the values of the lanes there."""
    for row in range(scene.rows):
        lane, area = scene.lanes[row], values_rect(scene, row)
        value = words_of(lane, value_at(lane, scene.journey, scene.place))
        write(painter, area, value, role="strong", token="text", align=Qt.AlignmentFlag.AlignRight)
    painter.setClipRect(scene.track, Qt.ClipOperation.IntersectClip)
    _paint_playhead(painter, scene)


def values_rect(scene: Scene, row: int) -> QRectF:
    """Where the value of a lane is written."""
    area, wide = scene.lane_row(row), theme.px(40)
    return QRectF(scene.head - theme.px(16) - wide, area.top(), wide, area.height())


def playhead_rect(scene: Scene, place: float) -> QRectF:
    """What has to be painted anew when the playhead comes or goes."""
    reach = theme.px(9)
    return QRectF(scene.x(place) - reach, 0, 2 * reach, scene.size[1])


def _paint_lines(painter: QPainter, scene: Scene) -> None:
    line, width = theme.color("line"), scene.size[0]
    painter.fillRect(QRectF(scene.head - 1, 0, 1, scene.size[1]), line)
    painter.fillRect(QRectF(0, theme.px(RULER) - 1, scene.head, 1), line)
    for row in range(scene.rows + 1 if scene.journey.keyframes else 0):
        top = theme.px(FILM_END) + row * theme.px(LANE) - 1
        painter.fillRect(QRectF(0, top, width, 1), line)


def _paint_ruler(painter: QPainter, scene: Scene) -> None:
    apart, width = theme.px(_APART), scene.track.width()
    step = scene.scale.step(apart)
    metrics = QFontMetrics(theme.font("small"))
    for seconds, named in scene.scale.ticks(width, apart):
        x = round(scene.x(seconds))
        if named:
            words = tick_words(seconds, step)
            half = metrics.horizontalAdvance(words) / 2 + 1
            area = QRectF(x - half, theme.px(5), 2 * half, theme.px(12))
            if scene.track.contains(area):  # half a time is no time
                write(painter, area, words, role="small", token="faint")
        else:
            painter.fillRect(QRectF(x, theme.px(13), 1, theme.px(4)), theme.color("outline"))


def _paint_loop(painter: QPainter, scene: Scene) -> None:
    """What is played: the bar at the top with a handle at each end."""
    if scene.journey.duration <= 0:
        return
    left, right = scene.x(scene.span[0]), scene.x(scene.span[1])
    token = "accent" if scene.journey.loop else "outline"
    fill(painter, QRectF(left, theme.px(LOOP) - 1, max(right - left, 1), 2), token, 1)
    for x in (left, right):
        top = theme.px(LOOP) - theme.px(2)
        fill(painter, QRectF(x - theme.px(2), top, theme.px(4), theme.px(4)), token, 1)


def _paint_bar(painter: QPainter, scene: Scene) -> None:
    """The line that the diamonds stand on; where it leads back to the first, it is dashed."""
    journey = scene.journey
    if not journey.keyframes:
        return
    y, last = theme.px(BAR), scene.x(journey.keyframes[-1].time)
    left, right = scene.x(0.0), scene.x(journey.duration)
    fill(painter, QRectF(left, y - 1.5, max(last - left, 0), 3), "hover", 1)
    if journey.loops:
        pen = QPen(theme.color("outline"), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(last, y), QPointF(right, y))
        paint_diamond(painter, QPointF(right, y), "outline", hollow=True)
    for index in scene.order():
        token = "accent" if index == scene.selected else "text"
        hollow = journey.keyframes[index].ease == "hold"
        paint_diamond(painter, scene.diamond(index), token, hollow=hollow)


def paint_diamond(
    painter: QPainter, middle: QPointF, token: str, *, hollow: bool = False, reach: float = 5.5
) -> None:
    """A keyframe; hollow where nothing moves after it, or for a place that only repeats one."""
    r = reach * theme.scale()
    corners = [QPointF(0, -r), QPointF(r, 0), QPointF(0, r), QPointF(-r, 0)]
    painter.setPen(QPen(theme.color(token if hollow else "panel"), 1.5))
    painter.setBrush(theme.color("panel" if hollow else token))
    painter.drawPolygon(QPolygonF([middle + corner for corner in corners]))


def _paint_film(painter: QPainter, scene: Scene) -> None:
    edge, top = scene.edge, scene.film_row.top()
    painter.setOpacity(_DIM)
    for cell in scene.film.cells:
        box = QRectF(round(scene.x(cell.time) - edge / 2), top, edge, edge)
        box = _within(box, scene)
        if box.width() >= 1:
            _paint_cell(painter, box, cell.face, edge)
    painter.setOpacity(1.0)
    for index in scene.order():
        box = scene.key_box(index)
        if index >= len(scene.film.keys):
            continue
        fill(painter, box.adjusted(-2, -2, 2, 2), "panel", 6)
        paint_picture(painter, box, scene.film.keys[index].face, 4)
        if index == scene.selected:
            paint_selection(painter, box)


def _within(box: QRectF, scene: Scene) -> QRectF:
    """A face of the film, cut off where the journey ends."""
    right = scene.x(scene.journey.duration)
    return QRectF(box.left(), box.top(), min(box.width(), right - box.left()), box.height())


def _paint_cell(painter: QPainter, box: QRectF, face: Face, edge: float) -> None:
    inner = box.adjusted(0, 0, -1, 0)
    picture = face.picture(painter, edge, 2)
    if picture is None:
        fill(painter, inner, "raised" if theme.tokens().dark else "hover", 2)
        return
    share = inner.width() / edge
    source = QRectF(0, 0, picture.width() * share, picture.height())
    painter.drawImage(inner, picture, source)


def _paint_curve(painter: QPainter, scene: Scene, row: int) -> None:
    lane, token = scene.lanes[row], _CURVES[row % len(_CURVES)]
    path = QPainterPath()
    for at, (seconds, value) in enumerate(curve(lane, scene.journey)):
        point = QPointF(scene.x(seconds), scene.lane_y(row, value))
        if at:
            path.lineTo(point)
        else:
            path.moveTo(point)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.color(token), 1.75))
    painter.drawPath(path)
    for index, key in enumerate(scene.journey.keyframes):
        middle = QPointF(scene.x(key.time), scene.lane_y(row, lane.values[index]))
        chosen = "accent" if index == scene.selected else "text"
        paint_diamond(painter, middle, chosen, reach=5)


def _paint_drop(painter: QPainter, scene: Scene) -> None:
    """Where a dragged face would land."""
    if scene.drop is None:
        return
    x = round(scene.x(scene.drop))
    painter.setPen(QPen(theme.color("accent"), 2, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, theme.px(BAR)), QPointF(x, theme.px(FILM_END)))
    paint_diamond(painter, QPointF(x, theme.px(BAR)), "accent", hollow=True)


def _paint_playhead(painter: QPainter, scene: Scene) -> None:
    if not scene.journey.keyframes:
        return
    x, accent = round(scene.x(scene.place)), theme.color("accent")
    half, top, low = theme.px(6), theme.px(14), theme.px(20)  # beside the diamonds, below the times
    painter.fillRect(QRectF(x - 1, low, 2, scene.rest.top() - low), accent)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    shape = [(-half, top), (half, top), (half, low), (0, low + half), (-half, low)]
    painter.drawPolygon(QPolygonF([QPointF(x + dx, y) for dx, y in shape]))


def _paint_names(painter: QPainter, scene: Scene) -> None:
    left, right = theme.px(16), scene.head - theme.px(16)
    end = Qt.AlignmentFlag.AlignRight
    row = QRectF(left, theme.px(RULER), right - left, theme.px(FILM_END - RULER))
    count = len(scene.journey.keyframes)
    write(painter, row, "Faces", role="heading", token="text")
    keys = f"{count} key" if count == 1 else f"{count} keys"
    write(painter, row, keys if count else "", token="faint", align=end)
    for at in range(scene.rows):
        lane, area = scene.lanes[at], scene.lane_row(at)
        name = QRectF(left, area.top(), right - left - theme.px(40), area.height())
        write(painter, name, lane.name, token="text")


def _paint_rest(painter: QPainter, scene: Scene) -> None:
    """What the lanes are, and how many have no room."""
    area, more = scene.rest, len(scene.lanes) - scene.rows
    if area.height() < theme.px(20) or not scene.journey.keyframes:
        return
    left, right = scene.head + theme.px(16), scene.size[0] - theme.px(16)
    words = QRectF(left, area.top(), right - left, area.height())
    if scene.note:
        write(painter, words, scene.note, token="warning")
    elif more:
        names = ", ".join(lane.name for lane in scene.lanes[scene.rows :])
        write(painter, words, f"{more} more change: {names}", token="faint")
    elif not scene.rows or area.height() >= theme.px(LANE - 6):
        write(painter, words, _HINT, token="faint")
