"""ValueField and SeedField: small fields for numbers, typed, summed or dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls.base import Control, painter_on, raised, ring, stroke, write
from latentstudio.ui.controls.numbers import Scale

if TYPE_CHECKING:
    from PySide6.QtGui import (
        QFocusEvent,
        QKeyEvent,
        QMouseEvent,
        QPainter,
        QPaintEvent,
        QResizeEvent,
    )

_DRAG_STARTS = 3  # pixels
_PIXELS_A_STEP = 2
_WIDTH, _HEIGHT = 48, 22


class ValueField(Control, QLineEdit):
    """A number: click to type, drag across for fine steps, sums allowed.

    Args:
        width: pixels at 100 %, more where the longest number needs more.

    Signals:
        moved: the value while dragging across.
        committed: the value typed or dragged to.
    """

    moved = Signal(float)
    committed = Signal(float)

    def __init__(
        self,
        minimum: float,
        maximum: float,
        *,
        step: float = 0.01,
        decimals: int = 2,
        signed: bool = False,
        unit: str = "",
        width: int = _WIDTH,
        name: str = "Value",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scale = Scale(minimum, maximum, step, decimals, signed, unit)
        self._value, self._least = self._scale.clamp(0.0), width
        self._placeholder = ""
        self._wrong = self._linked_ring = False
        self._grip: float | None = None  # x where the press was
        self._scrubbed = False
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.textEdited.connect(self._edited)
        self.become(name)
        self.theme_changed()
        self._show()

    def value(self) -> float:
        """The value."""
        return self._value

    def set_value(self, value: float) -> None:
        """Shows a value without telling anyone; leaves what is being typed alone."""
        self._value = self._scale.clamp(value)
        self._show()

    def set_scale(self, scale: Scale) -> None:
        """Takes another range or way of writing."""
        self._scale = scale
        self.set_value(self._value)

    def set_placeholder(self, words: str) -> None:
        """Words in place of the number (``varies``, a dash), or none."""
        self._placeholder = words
        self._show()

    def set_reason(self, reason: str) -> None:
        super().set_reason(reason)
        self.set_placeholder("\u2013" if reason else "")

    def set_linked_ring(self, on: bool) -> None:
        """Shows the focus ring because the slider beside it has the focus."""
        if on != self._linked_ring:
            self._linked_ring = on
            self.update()

    def begin(self, text: str = "") -> None:
        """Starts typing, with ``text`` already there or everything selected."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        if text:
            self.setText(text)
        else:
            self.selectAll()

    def theme_changed(self) -> None:
        self.setFont(theme.font("label"))
        super().theme_changed()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(theme.font("label"))
        widest = max(
            metrics.horizontalAdvance(self._scale.text(end))
            for end in (self._scale.minimum, self._scale.maximum)
        )
        return QSize(max(theme.px(self._least), widest + theme.px(12)), theme.px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _show(self) -> None:
        if self.hasFocus() and self.isModified():
            return
        self.setText(self._placeholder or self._scale.text(self._value))
        self._wrong = False

    def _edited(self) -> None:
        self._wrong = False
        self.update()

    def _take(self) -> bool:
        """Reads what was typed; False, with a red edge, if it is no number."""
        try:
            value = self._scale.parse(self.text())
        except ValueError as error:
            self._wrong = True
            self.setToolTip(f"{error}. Type a number or a sum such as 0.7+0.1.")
            self.update()
            return False
        self.setToolTip(self._tip)
        self.setModified(False)
        self._value, self._placeholder = value, ""
        self._show()
        self.commit()
        return True

    def commit(self) -> None:
        """Tells the value at the end of a gesture."""
        self.committed.emit(self.value())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and self.hasFocus():
            key: QKeyEvent = event  # type: ignore[assignment]
            if key.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._take():
                self._leave()
        elif event.key() == Qt.Key.Key_Escape:
            self._drop()
            self._leave()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._nudge(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            QLineEdit.keyPressEvent(self, event)

    def _nudge(self, steps: int) -> None:
        self._value = self._scale.snap(self._value + steps * self._scale.step)
        self.setModified(False)
        self._show()
        self.moved.emit(self._value)
        self.commit()

    def _drop(self) -> None:
        self.setModified(False)
        self._show()
        self.update()

    def _leave(self) -> None:
        """Gives the focus back to the slider beside it, or just stops typing."""
        proxy = self.property("back_to")
        if isinstance(proxy, QWidget):
            proxy.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if self.isModified() and not self._take():
            self._drop()
        self.deselect()
        super().focusOutEvent(event)

    # dragging across

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.hasFocus() or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self._grip, self._scrubbed = event.position().x(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            super().mouseMoveEvent(event)
            return
        travel = event.position().x() - self._grip
        if not self._scrubbed and abs(travel) < _DRAG_STARTS:
            return
        steps = int(travel / _PIXELS_A_STEP)
        self._grip += steps * _PIXELS_A_STEP
        self._scrubbed = True
        self._scrub(steps)

    def _scrub(self, steps: int) -> None:
        value = self._scale.snap(self._value + steps * self._scale.step)
        if value != self._value:
            self._value = value
            self._show()
            self.moved.emit(value)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grip is None:
            super().mouseReleaseEvent(event)
            return
        self._grip = None
        if self._scrubbed:
            self.commit()
        else:
            self.begin()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            super().paintEvent(event)
        painter = painter_on(self)
        if not self.hasFocus():
            self._paint_resting(painter)
        if self._wrong:
            stroke(painter, self.rect(), "error", 2)
        elif self._linked_ring or self.hasFocus():
            ring(painter, self.rect())
        painter.end()

    def _paint_resting(self, painter: QPainter) -> None:
        """The field while nobody types: Qt's own drawing sits a pixel below the labels."""
        raised(painter, self.rect())
        token = "text" if self.isEnabled() else "outline"
        words = self.fontMetrics().horizontalAdvance(self.text())
        side = theme.px(8) if words + theme.px(16) <= self.width() else theme.px(6)
        area = QRectF(self.rect()).adjusted(side + self.textMargins().left(), 0, -side, 0)
        write(painter, area, self.text(), token=token, align=self.alignment())


class SeedField(ValueField):
    """``Seed 48``: a whole number with its name inside the field.

    Signals:
        committed: the seed, as an int; Qt's own int stops at 2^31 - 1.
    """

    committed = Signal(object)

    def __init__(self, label: str = "Seed", parent: QWidget | None = None) -> None:
        self._label, self._named = label, True
        super().__init__(0, 2**32 - 1, step=1, decimals=0, name=label, parent=parent)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(lambda _text: self._make_room())

    def value(self) -> int:
        """The seed."""
        return int(self._value)

    def theme_changed(self) -> None:
        super().theme_changed()
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """The name goes where a long number would not fit beside it."""
        metrics, gap = self.fontMetrics(), theme.px(8)
        words = metrics.horizontalAdvance(self._label) + gap if self._label else 0
        number = metrics.horizontalAdvance(self.text()) + 2 * gap
        self._named = words + number <= self.width()
        self.setTextMargins(words if self._named else 0, 0, 0, 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.px(84), theme.px(28))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(76), theme.px(28))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._named:
            return
        painter = painter_on(self)
        area = QRectF(self.rect()).adjusted(theme.px(8), 0, 0, 0)
        write(painter, area, self._label, token="faint" if self.isEnabled() else "outline")
        painter.end()
