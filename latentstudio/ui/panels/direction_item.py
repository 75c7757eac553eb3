"""DirectionItem: a direction's row with its card while it is open, and the words on both."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from latentstudio.core.direction import RANGE, Direction
from latentstudio.core.model_info import ModelInfo
from latentstudio.ui.controls.base import slug
from latentstudio.ui.controls.direction_card import DirectionCard
from latentstudio.ui.controls.direction_row import DirectionRow


class DirectionItem(QWidget):
    """A row, and its card while it is open."""

    def __init__(self, direction: Direction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.direction = direction
        self.row = DirectionRow(direction.name, RANGE)
        self.card: DirectionCard | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.row)
        self._column.addStretch(1)
        self.prefix = f"directions.{slug(direction.name) or direction.name}"
        self.row.setObjectName(self.prefix)
        self.row.lock.setObjectName(f"{self.prefix}.lock")
        self.row.chevron.setObjectName(f"{self.prefix}.open")

    def open(self, layers: int) -> DirectionCard:
        """Show the card."""
        own = self.direction.group == "mine"
        self.card = DirectionCard(self.direction.name, layers, own)
        self.card.set_names(self.prefix)
        self._column.insertWidget(1, self.card)
        self.row.set_open(True)
        return self.card

    def close_card(self) -> None:
        """Take the card away."""
        if self.card is not None:
            self._column.removeWidget(self.card)
            self.card.hide()
            self.card.deleteLater()
            self.card = None
        self.row.set_open(False)


def reach_of(info: ModelInfo, first: int, last: int) -> str:
    """The resolutions of some layers: ``8-32 px``."""
    sides = info.layer_resolutions
    if len(sides) <= last:
        return f"{first + 1}\u2013{last + 1}"
    low, high = sides[first], sides[last]
    return f"{low} px" if low == high else f"{low}\u2013{high} px"


def origin_of(direction: Direction) -> str:
    """Where a direction comes from and how well it tells faces apart."""
    parts = [direction.found[:1].upper() + direction.found[1:]] if direction.found else []
    if direction.accuracy is not None:
        parts.append(f"hold-out {direction.accuracy:.0%}".replace("%", "\u00a0%"))
    if direction.eigenvalue is not None:
        parts.append(f"eigenvalue {direction.eigenvalue:.3g}")
    return " \u00b7 ".join(parts)


def tooltip_of(direction: Direction) -> str:
    """What the slider does, with its keys."""
    return (
        f"{direction.name}: where the face is, in standard deviations from the mean face. "
        "Return opens it, Delete takes back what was moved"
    )


def inside(name: str) -> str:
    """A name inside a sentence; abbreviations stay."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]
