"""StillCard: the dialog that asks what is to be written, how large, and what goes along."""

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from latentstudio.core.errors import StudioError
from latentstudio.core.layout import Layout
from latentstudio.core.still import PRINT_MM, SCALES, Still, check_size
from latentstudio.ui import theme
from latentstudio.ui.controls import (
    InfoLine,
    Label,
    PrimaryButton,
    Row,
    Segmented,
    TextButton,
    Toggle,
    ValueField,
)
from latentstudio.ui.still_plans import Plan

Way = Literal["save", "copy"]

GOOD_DPI = 150
"""Below this a print looks coarse at arm's length."""
_WIDTH = 460
_FIRST_MM = 100.0


class StillCard(QDialog):
    """Shows what the choices come to, and tells which were made.

    Args:
        plans: what can be written, by key.
        key: what is chosen at first.
        side: of the picture as it is drawn, in pixels.
        still: the form that is chosen at first.
        words: whether captions are.
        parent: the window.

    Signals:
        asked: (save or copy, key of a plan, form, whether with captions).
    """

    asked = Signal(str, str, object, bool)

    def __init__(
        self,
        plans: Mapping[str, Plan],
        key: str,
        side: int,
        still: Still,
        *,
        words: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("export")
        self.setWindowTitle("Export picture")
        self._plans, self._side = plans, side
        self._build()
        self._take(key, still, words=words)
        self._show()
        self.save.setFocus()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.what = _segmented("what", "What", [plan.title for plan in self._plans.values()])
        for place, plan in enumerate(self._plans.values()):
            self.what.set_segment_reason(place, plan.reason)
        self.scale = _segmented("scale", "Size", [f"{scale}\u00d7" for scale in SCALES])
        self.ways = _segmented("scaling", "Enlarged", ["Smooth", "Pixelated"])
        self.words = _toggle("captions", "Captions", "A line under each face: its name or note")
        self.recipe = _toggle(
            "recipe", "Recipe inside", "The file can be opened here again, drawn anew"
        )
        self.paper = _toggle("paper", "Width on paper", "Tells programs that print how wide it is")
        self.width_mm = ValueField(*PRINT_MM, step=1, decimals=0, unit="mm", name="Width on paper")
        self.width_mm.setObjectName("export.width")
        self.width_mm.set_tooltip("Millimetres on paper")
        self.width_mm.committed.connect(lambda _value: self._show())
        self.facts = InfoLine("")
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.px(side) for side in (20, 16, 20, 16)])
        column.setSpacing(theme.px(10))
        column.addWidget(Label("Export picture", role="title", token="text"))
        for label, control in (("What", self.what), ("Size", self.scale), ("Enlarged", self.ways)):
            column.addWidget(Row(label, control, label_width=84, stretch=True))
            control.chosen.connect(lambda _index: self._show())
        paper = QHBoxLayout()
        paper.addWidget(self.paper, 1)
        paper.addWidget(self.width_mm)
        column.addLayout(paper)
        column.addWidget(self.words)
        column.addWidget(self.recipe)
        for toggle in (self.paper, self.words, self.recipe):
            toggle.toggled.connect(lambda _on: self._show())
        column.addWidget(self.facts)
        column.addSpacing(theme.px(4))
        column.addLayout(self._build_foot())
        self.setMinimumWidth(theme.px(_WIDTH))

    def _build_foot(self) -> QHBoxLayout:
        self.copy = TextButton("Copy", "copy")
        self.copy.setObjectName("export.copy")
        self.copy.set_tooltip("The picture in this form to the clipboard")
        self.copy.clicked.connect(lambda: self._ask("copy"))
        leave = TextButton("Cancel")
        leave.setObjectName("export.cancel")
        leave.setToolTip("Write nothing  (Esc)")
        leave.clicked.connect(self.reject)
        self.save = PrimaryButton("Save...", "download", compact=True)
        self.save.setObjectName("export.save")
        self.save.set_tooltip("Choose a file and write it  (Return)")
        self.save.clicked.connect(lambda: self._ask("save"))
        foot = QHBoxLayout()
        foot.setSpacing(theme.px(8))
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(leave)
        foot.addWidget(self.save)
        return foot

    def _take(self, key: str, still: Still, *, words: bool) -> None:
        self.what.set_current(list(self._plans).index(key))
        self.scale.set_current(SCALES.index(still.scale))
        self.ways.set_current(0 if still.smooth else 1)
        self.paper.setChecked(still.print_mm is not None)
        self.width_mm.set_value(still.print_mm or _FIRST_MM)
        self.words.setChecked(words)
        self.recipe.setChecked(still.recipe)

    # --- what was chosen ------------------------------------------------------------------------

    def key(self) -> str:
        """The plan that is chosen."""
        return list(self._plans)[max(self.what.current(), 0)]

    def still(self) -> Still:
        """The form that is chosen."""
        return Still(
            SCALES[max(self.scale.current(), 0)],
            self.ways.current() != 1,
            self.width_mm.value() if self.paper.isChecked() else None,
            recipe=self.recipe.isChecked(),
        )

    def _ask(self, way: Way) -> None:
        key, still, words = self.key(), self.still(), self.words.isChecked()
        self.accept()
        self.asked.emit(way, key, still, words)

    def _show(self) -> None:
        """Let the controls that say nothing now say why, and tell what the file will be."""
        plan, still = self._plans[self.key()], self.still()
        single = self.key() == "picture"
        exact = "At 1\u00d7 the exact pixels are written"
        for segment in range(2):
            self.ways.set_segment_reason(segment, exact if still.scale == 1 else "")
        self.width_mm.set_reason("" if self.paper.isChecked() else "Without a width on paper")
        self.words.set_reason("A single picture has no captions" if single else "")
        self.copy.set_reason("" if single else "Pages are written to files")
        self.save.set_reason(plan.reason)
        if plan.reason:
            self.facts.set_text(f"{plan.reason}.", "warning")
            return
        size = self._size(plan, still)
        if size is None:
            self.facts.set_text("Its size depends on the faces, which are chosen with it.", "info")
            return
        self._show_size(size, still)

    def _show_size(self, size: tuple[int, int], still: Still) -> None:
        wide, high = size
        try:
            check_size(wide, high)
        except StudioError as error:
            self.facts.set_text(f"{error.title}: {error.detail}.", "warning")
            self.save.set_reason(error.hint)
            self.copy.set_reason(error.hint)
            return
        facts = f"{wide} \u00d7 {high} pixels"
        dpi = still.dpi(wide)
        if dpi is None:
            exact = self.key() == "picture" and still.scale == 1
            self.facts.set_text(f"{facts}{', the exact picture' if exact else ''}.", "info")
        elif dpi < GOOD_DPI:
            hint = "a larger size prints finer" if still.scale < SCALES[-1] else "coarse on paper"
            self.facts.set_text(f"{facts}, {dpi:.0f} dpi: {hint}.", "warning")
        else:
            self.facts.set_text(f"{facts}, {dpi:.0f} dpi.", "ok")

    def _size(self, plan: Plan, still: Still) -> tuple[int, int] | None:
        if self.key() == "picture":
            return self._side * still.scale, self._side * still.scale
        if plan.layout is None:
            return None
        laid = plan.layout
        words = self.words.isChecked()
        return Layout(laid.rows, laid.columns, laid.side, still.scale, words).size

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return saves, wherever the focus is."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.save.isEnabled():
            self._ask("save")
        else:
            super().keyPressEvent(event)


def _segmented(name: str, words: str, items: list[str]) -> Segmented:
    made = Segmented(items, name=words)
    made.setObjectName(f"export.{name}")
    return made


def _toggle(name: str, words: str, tip: str) -> Toggle:
    made = Toggle(words)
    made.setObjectName(f"export.{name}")
    made.set_tooltip(tip)
    return made
