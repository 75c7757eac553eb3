"""Canvas header: undo and redo, the picture's name, views, zoom; a line while it renders."""

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls import Chip, IconButton, Label, Segmented, TextButton
from latentstudio.ui.controls.base import write

HEIGHT = 40
_NARROW = 560
_SEGMENTS = (0, 2)  # of the picture and of the sheet; between them is the comparison


class Title(Label):
    """A name that is cut with an ellipsis where there is no room for it."""

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(32), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        write(painter, self.rect(), self.text(), role="heading", token="text")
        painter.end()


class CanvasHeader(QWidget):
    """What stands over the picture.

    Attributes:
        view_chosen: 0 for the picture, 1 for the sheet.
        compare_chosen: the picture beside another one is to be shown.
    """

    view_chosen = Signal(int)
    compare_chosen = Signal()

    def __init__(
        self, undo: QAction, redo: QAction, full: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("canvas_header")
        self._busy = False
        self.undo = _button(undo, "undo-2")
        self.redo = _button(redo, "redo-2")
        self.full = _button(full, "maximize")
        self.title = Title("", role="heading", token="text")
        self.title.setObjectName("canvas.title")
        self.changes = Label("", token="faint")
        self.changes.setObjectName("canvas.changes")
        self.views = Segmented(
            [("image", "Picture"), ("columns-2", "Compare"), ("layout-grid", "Sheet")]
        )
        self.views.setObjectName("canvas.view")
        self.views.setAccessibleName("View")
        self.views.setToolTip(
            "One picture, the picture against another (C), or a sheet of faces to choose from (Q)"
        )
        self.views.chosen.connect(self._choose)
        self.other = Chip("Before")
        self.other.setObjectName("canvas.other")
        self.other.setAccessibleName("What the face is compared with")
        self.other.set_tooltip(
            "What the face is compared with: the one before, its original, a source, a kept face; "
            "or drop a face on the picture"
        )
        self.other.hide()
        self.zoom = TextButton("1×")
        self.zoom.setObjectName("canvas.zoom")
        self.zoom.setAccessibleName("Zoom")
        self.zoom.setToolTip("Screen pixels for one of the model; click to fit  (0)")
        self._arrange()
        theme.events.changed.connect(self._theme_changed)
        self._theme_changed()

    @property
    def busy(self) -> bool:
        """Whether the line is shown."""
        return self._busy

    def show_view(self, index: int) -> None:
        """Mark the picture (0) or the sheet (1) as what is on show."""
        self.views.set_current(_SEGMENTS[index])
        self.other.hide()
        self._fit()

    def show_zoom(self, zoom: float, fits: bool) -> None:
        """How many screen pixels a pixel of the model takes, and whether that is what fits."""
        words = f"{round(zoom, 1):g}×"
        self.zoom.setText(f"Fit {words}" if fits else words)

    def show_compare(self, word: str) -> None:
        """Mark the comparison as what is on show, with a word for the other face."""
        self.views.set_current(1)
        self.other.set_text(word)
        self.other.setVisible(not self.views.isHidden())
        self._fit()

    def _choose(self, segment: int) -> None:
        if segment == 1:
            self.compare_chosen.emit()
        else:
            self.view_chosen.emit(_SEGMENTS.index(segment))

    def set_busy(self, on: bool) -> None:
        """Show the thin line that says a picture is being drawn."""
        if on != self._busy:
            self._busy = on
            self.update()

    def add_views(self, widget: QWidget) -> None:
        """Put a workspace's own choice of views beside the others."""
        line = self.layout()
        if isinstance(line, QHBoxLayout):
            line.insertWidget(line.indexOf(self.zoom), widget)

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 2)
        row.setSpacing(4)
        self._divider = line = QFrame()
        line.setFixedSize(1, 20)
        line.setObjectName("divider")
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        row.addSpacing(6)
        row.addWidget(line)
        row.addSpacing(6)
        row.addWidget(self.title)
        row.addSpacing(4)
        row.addWidget(self.changes)
        row.addStretch(1)
        row.addWidget(self.views)
        row.addWidget(self.other)
        row.addWidget(self.zoom)
        row.addWidget(self.full)

    def _fit(self) -> None:
        """Words give way, first those of the views; a comparison itself says what it shows."""
        small = self.width() < theme.px(_NARROW)
        self.views.set_bare(small)
        narrow = small and not self.other.isHidden()
        for widget in (self.title, self._divider):
            widget.setVisible(not narrow)
        row = self.layout()
        assert row is not None
        words = self.changes.sizeHint().width() + row.spacing()
        used = row.sizeHint().width() + (words if self.changes.isHidden() else 0)
        self.changes.setVisible(not narrow and used <= self.width())

    def event(self, event: QEvent) -> bool:
        """Another name may leave less room."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _theme_changed(self) -> None:
        self.setFixedHeight(theme.px(HEIGHT))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.color("bar"))
        bottom = self.height()
        painter.fillRect(0, bottom - 1, self.width(), 1, theme.color("line"))
        if self._busy:
            painter.fillRect(0, bottom - 2, self.width(), 2, theme.color("accent"))


def _button(action: QAction, icon: str) -> IconButton:
    """An icon button that follows an action."""
    button = IconButton(icon, action.text())
    button.setObjectName(f"canvas.{action.objectName().removeprefix('action.')}")
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        button.setToolTip(action.toolTip())

    action.changed.connect(follow)
    follow()
    return button
