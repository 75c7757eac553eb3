"""OperatorDialog: what the operator of a stand chooses before a demo starts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from latentstudio.core.bundle import read_card
from latentstudio.core.demo import (
    HEADLINE,
    HEADLINE_LENGTH,
    SLIDERS,
    DemoPlan,
    chosen_sliders,
    default_folder,
    line_of,
)
from latentstudio.core.errors import StudioError
from latentstudio.resources import find_model
from latentstudio.ui import theme
from latentstudio.ui.controls import Label, PrimaryButton, TextButton
from latentstudio.ui.controls.base import Paragraph
from latentstudio.ui.demo.sheet import printers

_WIDTH = 520
_NONE = "None"
_IDLES = (30, 60, 120, 300)
_SHEETS = {"none": "No sheet", "pdf": "A PDF beside the picture"}
_HELP = (
    "Visitors get one full screen without menus: a face to drag, these sliders, New face and "
    "Keep it. Hold Esc to come back; nothing of this window changes."
)


class OperatorDialog(QDialog):
    """Fields for a plan.

    Args:
        parent: the window it belongs to.
        plan: what is chosen at first.
        models: name -> bundled name or path, of those to choose from.
        own: names of the user's own directions, by what opens the model that they fit.

    Signals:
        started: the plan that was chosen.
    """

    started = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        plan: DemoPlan,
        models: Mapping[str, str],
        own: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("demo_dialog")
        self.setWindowTitle("Demo mode")
        self._plan, self._own, self._models = plan, dict(own), dict(models)
        self._row = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(Label("Demo mode", role="title", token="text"))
        column.addWidget(Paragraph(_HELP))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, theme.px(96))
        column.addLayout(self._grid)
        self._build_what()
        self._build_where()
        column.addSpacing(4)
        column.addLayout(self._buttons())
        self.setFixedWidth(theme.px(_WIDTH))
        self._fill_sliders()

    # --- building -------------------------------------------------------------------------------

    def _build_what(self) -> None:
        self.model = self._combo("model", "The model that draws", list(self._models))
        sources = list(self._models.values())
        self.model.setCurrentIndex(max(0, _place(sources, self._plan.model)))
        self.model.currentIndexChanged.connect(lambda _index: self._fill_sliders())
        self._line("Model", self.model)
        self.sliders = [
            self._combo(f"slider{i + 1}", f"What slider {i + 1} changes", [])
            for i in range(SLIDERS)
        ]
        pairs = QWidget()
        square = QGridLayout(pairs)
        square.setContentsMargins(0, 0, 0, 0)
        square.setSpacing(8)
        for i, combo in enumerate(self.sliders):
            square.addWidget(combo, i // 2, i % 2)
        self._line("Sliders", pairs, top=True)
        self.headline = QLineEdit(self._plan.headline)
        self.headline.setMaxLength(HEADLINE_LENGTH)
        self._name(self.headline, "headline", "The words above the sliders")
        self._line("Headline", self.headline)

    def _build_where(self) -> None:
        screens = [_screen_name(i, s) for i, s in enumerate(QGuiApplication.screens())]
        self.screen_box = self._combo("screen", "The screen that visitors see", screens)
        self.screen_box.setCurrentIndex(min(self._plan.screen, len(screens) - 1))
        self._line("Screen", self.screen_box)
        self.idle = self._combo("idle", "Without a touch for so long it shows the wall", [])
        for seconds in sorted({*_IDLES, self._plan.idle}):
            self.idle.addItem(_duration(seconds), seconds)
        self.idle.setCurrentIndex(self.idle.findData(self._plan.idle))
        self._line("Idle time", self.idle)
        self.folder = self._combo("folder", "Where the pictures that visitors keep go", [])
        self.folder.activated.connect(lambda _index: self._choose_folder())
        self._line("Kept faces", self.folder)
        self._show_folder(self._plan.folder)
        self.sheet = self._combo("sheet", "What is printed of a kept face", [])
        for key, words in _SHEETS.items():
            self.sheet.addItem(words, (key, ""))
        for name in printers():
            self.sheet.addItem(f"Print on {name}", ("printer", name))
        wanted = (self._plan.sheet, self._plan.printer if self._plan.sheet == "printer" else "")
        known = [self.sheet.itemData(i) for i in range(self.sheet.count())]
        self.sheet.setCurrentIndex(max(0, _place([tuple(data) for data in known], wanted)))
        self._line("Sheet", self.sheet)

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addStretch(1)
        cancel = TextButton("Cancel")
        cancel.setObjectName("demo_dialog.cancel")
        cancel.clicked.connect(lambda: self.reject())
        start = PrimaryButton("Start", "monitor-play", compact=True)
        self._name(start, "start", "Fill the screen and begin")
        start.clicked.connect(lambda: self._start())
        self.start = start
        line.addWidget(cancel)
        line.addWidget(start)
        return line

    def _combo(self, name: str, words: str, items: Sequence[str]) -> QComboBox:
        combo = QComboBox()
        combo.addItems(list(items))
        combo.setMinimumContentsLength(8)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._name(combo, name, words)
        return combo

    def _name(self, widget: QWidget, name: str, words: str) -> None:
        widget.setObjectName(f"demo_dialog.{name}")
        widget.setAccessibleName(words)
        widget.setToolTip(words)

    def _line(self, words: str, widget: QWidget, top: bool = False) -> None:
        place = Qt.AlignmentFlag.AlignTop if top else Qt.AlignmentFlag.AlignVCenter
        label = Label(words)
        if top:
            label.setContentsMargins(0, 5, 0, 0)
        self._grid.addWidget(label, self._row, 0, place)
        self._grid.addWidget(widget, self._row, 1)
        self._row += 1

    # --- choosing -------------------------------------------------------------------------------

    def plan(self) -> DemoPlan:
        """What the fields say."""
        chosen = [c.currentText() for c in self.sliders if c.currentText() not in ("", _NONE)]
        kind, printer = self.sheet.currentData()
        return DemoPlan(
            model=self._models.get(self.model.currentText(), ""),
            sliders=tuple(dict.fromkeys(chosen)),
            headline=line_of(self.headline.text()) or HEADLINE,
            screen=max(0, self.screen_box.currentIndex()),
            idle=self.idle.currentData(),
            folder=self.folder.currentData() or "",
            sheet=kind,
            printer=printer,
        )

    def _fill_sliders(self) -> None:
        """The directions of the chosen model, its first four or those of the last time chosen."""
        names = self._names()
        chosen = chosen_sliders(self._plan.sliders, names)
        for place, combo in enumerate(self.sliders):
            combo.clear()
            combo.addItems([_NONE, *names])
            combo.setCurrentText(chosen[place] if place < len(chosen) else _NONE)
            combo.setEnabled(bool(names))
            combo.setToolTip("" if names else "This model brings no directions")

    def _names(self) -> list[str]:
        source = self._models.get(self.model.currentText(), "")
        try:
            found = read_card(find_model(source)).directions
        except StudioError:
            found = ()
        return list(dict.fromkeys((*(d.name for d in found), *self._own.get(source, ()))))

    def _choose_folder(self) -> None:
        """Ask for a folder, if that was the line that was chosen."""
        if self.folder.currentData() is not None:
            return
        start = self._plan.folder or str(default_folder())
        chosen = QFileDialog.getExistingDirectory(self, "Kept faces", start)
        self._show_folder(chosen if isinstance(chosen, str) and chosen else self._plan.folder)

    def _show_folder(self, folder: str) -> None:
        """A folder, or none, and the ways to others."""
        self.folder.clear()
        for path in dict.fromkeys((folder, self._plan.folder, str(default_folder()))):
            if path:
                self.folder.addItem(Path(path).name or path, path)
                self.folder.setItemData(self.folder.count() - 1, path, Qt.ItemDataRole.ToolTipRole)
        self.folder.addItem("On the wall only, no pictures", "")
        self.folder.addItem("Choose a folder...", None)
        self.folder.setCurrentIndex(self.folder.findData(folder))

    def _start(self) -> None:
        plan = self.plan()
        self.accept()
        self.started.emit(plan)


def _place(items: Sequence[object], item: object) -> int:
    return items.index(item) if item in items else -1


def _screen_name(number: int, screen: QScreen) -> str:
    size = screen.geometry().size()
    name = f", {screen.name()}" if screen.name() else ""
    return f"Screen {number + 1}{name}, {size.width()} \u00d7 {size.height()}"


def _duration(seconds: int) -> str:
    if seconds % 60:
        return f"{seconds} seconds"
    return "1 minute" if seconds == 60 else f"{seconds // 60} minutes"
