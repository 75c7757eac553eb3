"""What is this: the help and the keys of what the pointer or the keys are on, in a bubble."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtGui import QCursor, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QTabBar,
    QWidget,
)

from latentstudio.ui.bubble import Bubble
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.controls import Control, CrossGrid, FacePad, LayerRange, ShareTable, ValueField
from latentstudio.ui.controls.face_map import FaceMapView
from latentstudio.ui.controls.segmented import Segment
from latentstudio.ui.controls.slider_track import SliderTrack

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

Keys = tuple[tuple[str, str], ...]

_ARROWS = "← → ↑ ↓"
_BY_KIND: tuple[tuple[type[QWidget], Keys], ...] = (  # the first that fits
    (SliderTrack, (("← →", "a step; with Ctrl a tenth of it"), ("Page", "ten steps"),
                   ("Home  End", "the limits"), ("Delete", "the default"),
                   ("0 - 9", "type a value"), ("Esc", "the value before"))),
    (ValueField, (("0 - 9", "type a value or a sum"), ("↑ ↓", "a step"), ("Return", "take it"),
                  ("Esc", "the value before"))),
    (FacePad, ((_ARROWS, "move the point; with Shift ten times as far"),)),
    (FaceMapView, ((_ARROWS, "the next face that way"), ("Return", "go there"))),
    (CrossGrid, ((_ARROWS, "the next cell"), ("Return", "take it"))),
    (ShareTable, ((_ARROWS, "the next cell"), ("Page", "more or less of it"),
                  ("Return", "all of it"), ("Delete", "nothing of it"))),
    (LayerRange, (("← →", "the first layer; with Shift the last"),)),
    (Segment, (("← →", "the next choice"),)),
    (QTabBar, (("← →", "the next one"),)),
    (QAbstractItemView, ((_ARROWS, "the next one"), ("Return", "take it"))),
    (QAbstractButton, (("Return", "press it"),)),
    (QLineEdit, (("Esc", "leave it"),)),
    (Canvas, (("← →", "seeds"), ("Shift ← →", "walk between them"), ("+ -", "zoom"),
              ("0", "fit"))),
)  # fmt: skip
_IN_WORDS = re.compile(r"\s*\(([^()]{1,24})\)\s*$")  # "Keep this face  (K)"
_LEAVES = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.Wheel)


class WhatIs(QObject):
    """Shows the bubble and takes it away at the next key or click."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.bubble: Bubble | None = None

    def toggle(self) -> None:
        """Explain what is here, or stop explaining."""
        if self.bubble is not None and self.bubble.isVisible():
            self.leave()
        else:
            self.show(self._meant())

    def show(self, widget: QWidget) -> None:
        """Explain one widget."""
        if self.bubble is None:
            self.bubble = Bubble(self._window, "what_is")
        title, words, keys = explain(widget)
        self.bubble.say(title, words, keys)
        corner = widget.mapTo(self._window, QPoint(0, 0))
        self.bubble.point_at(QRect(corner, widget.size()).intersected(self._window.rect()))
        self.bubble.show()
        self.bubble.raise_()
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def leave(self) -> None:
        """Stop explaining."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        if self.bubble is not None:
            self.bubble.hide()

    def _meant(self) -> QWidget:
        """What the keyboard is on, if it shows; else what is under the pointer, else the focus."""
        window = self._window
        focus = QApplication.focusWidget()
        inside = focus is not None and window.isAncestorOf(focus)
        if inside and isinstance(focus, Control) and focus.shows_focus():
            return focus
        at = window.mapFromGlobal(QCursor.pos())
        under = window.childAt(at) if window.rect().contains(at) else None
        if under is not None and _explained_by(under) is not None:
            return under
        return focus if inside and focus is not None else window.canvas

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _LEAVES and isinstance(watched, QWidget):
            self.leave()
        return False


def explain(widget: QWidget) -> tuple[str, str, Keys]:
    """The name of a widget, what it does, and the keys that work on it."""
    source = _explained_by(widget) or widget
    words = source.toolTip() or source.whatsThis()
    found = _IN_WORDS.search(words)
    key = found.group(1) if found and _is_key(found.group(1)) else ""
    words = _IN_WORDS.sub("", words) if key else words
    title = _name_of(widget) or _name_of(source) or "This"
    words = "" if words == title else words
    lines: Keys = next((keys for kind, keys in _BY_KIND if isinstance(widget, kind)), ())
    if key:
        lines = ((key, "from anywhere in the window"), *lines)
    return title, words, lines


def help_of(widget: QWidget) -> str:
    """The help of a widget: its own, or that of the control it belongs to; empty for none."""
    source = _explained_by(widget)
    return (source.toolTip() or source.whatsThis()) if source is not None else ""


def _explained_by(widget: QWidget) -> QWidget | None:
    above: QWidget | None = widget
    while above is not None and not above.isWindow():
        if above.toolTip() or above.whatsThis():
            return above
        above = above.parentWidget()
    return None


def _name_of(widget: QWidget) -> str:
    if widget.accessibleName():
        return widget.accessibleName()
    return widget.text() if isinstance(widget, QAbstractButton) else ""


def _is_key(words: str) -> bool:
    """Whether words in brackets are the name of a key, not an aside."""
    return words in ("Alt", "Return") or (
        bool(QKeySequence(words).toString().strip(", "))
        and (len(words) == 1 or "+" in words or words[:1].isupper())
    )
