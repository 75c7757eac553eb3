"""WorkBox: rows of a panel that edit a part of the work, and follow it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from latentstudio.core.document import Document
from latentstudio.core.latent import SEEDS
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.random import fresh_seed
from latentstudio.core.work import Work
from latentstudio.ui import theme
from latentstudio.ui.controls import IconButton, Row, SeedField, SliderRow

Change = Callable[[Work], Work]


class WorkBox(QWidget):
    """Subclasses add their rows in ``build``; each edit is an undo step, a drag is one.

    Attributes:
        key: the first part of the object names.
    """

    key = ""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.info: ModelInfo | None = None
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(theme.px(4))
        self._followers: list[Callable[[Work], None]] = []
        self.build()

    def build(self) -> None:
        """Add the rows."""
        raise NotImplementedError

    def show_model(self, info: ModelInfo) -> None:
        """Adapt to a model."""
        self.info = info

    def show_work(self, work: Work) -> None:
        """Show its values, without echo."""
        for follow in self._followers:
            follow(work)

    def follow(self, show: Callable[[Work], None]) -> None:
        """Call ``show`` with every new work."""
        self._followers.append(show)

    def edit(self, label: str, change: Change, merge: str | None = None) -> None:
        """Change the work, as one undo step."""
        self.document.edit(label, lambda s: replace(s, work=change(s.work)), merge)

    def slider(
        self,
        name: str,
        label: str,
        limits: tuple[float, float],
        default: float,
        tooltip: str,
        get: Callable[[Work], float],
        set_: Callable[[Work, float], Work],
        **look: Any,
    ) -> SliderRow:
        """A number of the work."""
        row = SliderRow(label, *limits, default, **look)
        row.setObjectName(f"{self.key}.{name}")
        row.set_tooltip(tooltip)
        self.rows.addWidget(row)
        merge = f"{self.key}.{name}"
        row.moved.connect(lambda value: self.edit(label, lambda work: set_(work, value), merge))
        row.committed.connect(lambda _value: self.document.end_gesture())
        self.follow(lambda work: row.set_value(get(work)))
        return row

    def seed(self, get: Callable[[Work], int], set_: Callable[[Work, int], Work]) -> None:
        """The seed of a search, and dice for another one."""

        def take(seed: int) -> None:
            self.edit("Seed of the search", lambda work: set_(work, int(seed) % SEEDS))

        field = SeedField("")
        field.setObjectName(f"{self.key}.seed")
        field.setAccessibleName("Seed of the search")
        field.setToolTip("The same seed gives the same answers")
        field.committed.connect(take)
        dice = IconButton("dices", "Other answers")
        dice.setObjectName(f"{self.key}.dice")
        dice.clicked.connect(lambda: take(fresh_seed()))
        self.rows.addWidget(Row("Seed", field, dice, stretch=True))
        self.follow(lambda work: field.set_value(get(work)))
