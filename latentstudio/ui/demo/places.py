"""Places: where everything stands on a demo screen of any size and shape."""

from dataclasses import dataclass

from PySide6.QtCore import QRect

TOUCH = 56
"""The least side of whatever a finger is to meet, in device-independent pixels."""

_WIDE, _TALL = (1440, 900), (900, 1440)  # that the lengths below are given for
_MARGIN, _TOP, _GAP = 64, 48, 112
_ROW, _BUTTON, _BETWEEN = 98, 72, 16
_HEADLINE, _SUBLINE = 52, 40
_WALL, _WALL_WORDS = 92, 44


@dataclass(frozen=True)
class Places:
    """Areas of a screen, in its pixels.

    Attributes:
        unit: how many pixels one of the design's is: for type, radii and knobs.
        picture: a square.
        sliders: a row each, over the whole width that it may take.
        rule: the line above the wall.
        ring: for the ring that Esc fills.
    """

    unit: float
    picture: QRect
    headline: QRect
    subline: QRect
    sliders: tuple[QRect, ...]
    new: QRect
    keep: QRect
    rule: QRect
    wall_words: QRect
    wall: QRect
    ring: QRect


def places(width: int, height: int, sliders: int) -> Places:
    """Lay a screen out: side by side where it is wide, one above the other where it is tall.

    Args:
        width: of the screen, 1024 at least; 600 where it is taller than wide.
        height: of the screen, 600 at least; 1024 where it is taller than wide.
        sliders: how many rows, 0 to 4.
    """
    design = _WIDE if width >= height else _TALL
    unit = min(width / design[0], height / design[1])
    margin, top = round(_MARGIN * unit), round(_TOP * unit)
    wall = max(round(_WALL * unit), TOUCH)
    words = round(_WALL_WORDS * unit)
    bottom = height - round(36 * unit) - wall
    rule = QRect(margin, bottom - words - round(10 * unit), width - 2 * margin, 1)
    room = rule.top() - round(28 * unit) - top
    if width >= height:
        side = min(room, round(0.52 * (width - 2 * margin)))
        picture = QRect(margin, top + (room - side) // 2, side, side)
        left = picture.right() + 1 + round(_GAP * unit)
        tall = max(side, min(room, _least(unit, sliders)))  # fingers first, then alignment
        column = QRect(left, top + (room - tall) // 2, width - margin - left, tall)
    else:
        side = min(width - 2 * margin, round(0.5 * room))
        picture = QRect((width - side) // 2, top, side, side)
        above = picture.bottom() + 1 + round(32 * unit)
        column = QRect(margin, above, width - 2 * margin, top + room - above)
    return Places(
        unit,
        picture,
        *_column(column, unit, sliders),
        rule,
        QRect(margin, rule.top() + round(10 * unit), width - 2 * margin, words),
        QRect(margin, bottom, width - 2 * margin, wall),
        _middle(picture, round(270 * unit), round(72 * unit)),
    )


def _column(
    area: QRect, unit: float, sliders: int
) -> tuple[QRect, QRect, tuple[QRect, ...], QRect, QRect]:
    """Headline, subline, sliders, and the two buttons at the foot of a column."""
    left, width = area.left(), area.width()
    head, sub = round(_HEADLINE * unit), round(_SUBLINE * unit)
    button, between = max(round(_BUTTON * unit), TOUCH), round(_BETWEEN * unit)
    foot = QRect(left, area.bottom() + 1 - button, width, button)
    first = area.top() + head + sub + round(8 * unit)
    room = foot.top() - round(12 * unit) - first
    row = min(round(_ROW * unit), room // max(sliders, 1))
    rows = tuple(QRect(left, first + i * row, width, row) for i in range(sliders))
    half = (width - between) // 2
    return (
        QRect(left, area.top(), width, head),
        QRect(left, area.top() + head, width, sub),
        rows,
        QRect(left, foot.top(), half, button),
        QRect(left + width - half, foot.top(), half, button),
    )


def _least(unit: float, sliders: int) -> int:
    """The height of a column in which every finger has room."""
    words = round((_HEADLINE + _SUBLINE + 24) * unit)
    return words + sliders * TOUCH + max(round(_BUTTON * unit), TOUCH)


def _middle(area: QRect, width: int, height: int) -> QRect:
    """So large an area in the middle of another."""
    found = QRect(0, 0, width, height)
    found.moveCenter(area.center())
    return found
