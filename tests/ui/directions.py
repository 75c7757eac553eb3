"""For tests of directions: three attributes of a fake model, and ways to drive their panel."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
from PySide6.QtCore import Qt

from latentstudio.core.direction import Direction, reading
from latentstudio.core.recipe import ModelRef, Vector
from latentstudio.ui.controls.direction_card import DirectionCard
from latentstudio.ui.controls.direction_row import DirectionRow
from latentstudio.ui.panels.direction_item import DirectionItem
from latentstudio.ui.panels.directions import DirectionsPanel
from tests.ui.bench import Bench
from tests.ui.studio import Studio

Key, Shift = Qt.Key, Qt.KeyboardModifier.ShiftModifier
LAYERS, WIDTH = 8, 16
MODEL = ModelRef("fake", "id-of-fake")


def direction(name: str, *numbers: float, **more: Any) -> Direction:
    """A direction along the first axes of the style, in these shares."""
    array = np.zeros(WIDTH, np.float32)
    array[: len(numbers)] = numbers
    array /= np.linalg.norm(array)
    more = {"mean": 0.1, "scale": 0.4, "group": "attributes", **more}
    return Direction(name, Vector("w", array), **more)


SMILE = direction("Smile", 1, found="learned from labels", accuracy=0.94)
HAIR = direction("Hair length", 1, 1)
GLASSES = direction("Glasses", 0, 0, 1)


Place = Studio | Bench[DirectionsPanel]
MODEL_OF = {"layers": LAYERS, "z_dim": WIDTH, "directions": (SMILE, HAIR, GLASSES)}


def panel_of(place: Place) -> DirectionsPanel:
    if isinstance(place, Bench):
        return place.panel
    return cast(DirectionsPanel, place.window.panel("directions"))


def item_of(place: Place, found: Direction) -> DirectionItem:
    return cast(DirectionItem, panel_of(place).rows.list.row(found))


def row_of(place: Place, found: Direction) -> DirectionRow:
    return item_of(place, found).row


def card_of(place: Place, found: Direction) -> DirectionCard:
    """The card of a direction, opened."""
    item = item_of(place, found)
    if item.card is None:
        item.row.chevron.click()
    assert item.card is not None
    return item.card


def drag(row: DirectionRow, *values: float) -> None:
    """Move the knob through values and let go."""
    for value in values:
        row.track._move(value)
    row.track._commit()


def now(place: Place, found: Direction) -> float:
    """Where the picture of the current recipe really is."""
    styles = place.wait_for_picture().styles
    assert styles is not None
    return reading(found, styles)


def shows(place: Place, found: Direction) -> None:
    """The row comes to show where the picture is."""
    wanted = now(place, found)
    row = row_of(place, found)
    place.qtbot.waitUntil(lambda: abs(row.place() - wanted) < 0.002)


def own(place: Place) -> Direction:
    """A direction in Mine."""
    panel_of(place).add_directions([replace(GLASSES, name="Hat", group="mine")], "Import")
    return place.document.state.directions[0]


def components(count: int = 80, rng: int = 0) -> tuple[Direction, ...]:
    """So many components in a random basis."""
    random = np.random.default_rng(rng)
    return tuple(
        direction(
            f"Component {place + 1}",
            *random.normal(size=WIDTH),
            group="components",
            found="PCA",
            eigenvalue=9.0 * 0.9**place,
        )
        for place in range(count)
    )
