"""The style sheet: borders and radii of the stock widgets, filled in from the tokens."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from latentstudio.resources import asset

if TYPE_CHECKING:
    from collections.abc import Callable

    from latentstudio.ui.theme import Tokens

_SHEET = Template("""
QToolTip { background: $panel; color: $text; border: 1px solid $outline; padding: ${p4}px ${p8}px; }
QMenuBar { background: transparent; color: $muted; spacing: 0; }
QMenuBar::item { padding: ${p4}px ${p10}px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hover; color: $text; }
QMenu { background: $panel; color: $text; border: 1px solid $edge; padding: 4px; }
QMenu::item { padding: ${p6}px ${p24}px ${p6}px ${p8}px; border-radius: 4px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $outline; }
QMenu::icon { left: ${p6}px; }
QMenu::icon:checked { background: $selected; border: 1px solid $accent; border-radius: 3px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::indicator { width: ${p16}px; height: ${p16}px; left: ${p6}px; }
QMenu::indicator:checked { image: url($check); }
QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $track; border: 2px solid transparent; border-radius: 5px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $outline; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox {
  background: $raised; color: $text; border: 1px solid $field; border-radius: 4px;
  padding: ${p2}px ${p6}px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QAbstractSpinBox { min-height: ${p20}px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus {
  border: 2px solid $accent; padding: ${p1}px ${p5}px; }
QLineEdit:disabled, QAbstractSpinBox:disabled { color: $outline; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; padding: 0 ${p4}px; }
DirectionCard QLineEdit { background: $panel; }
ValueField, ValueField:focus { min-height: 0; padding: 0 ${p5}px 1px ${p5}px;
  border: 1px solid $field; }
QComboBox { background: $raised; color: $text; border: 1px solid $field; border-radius: 4px;
  padding: ${p2}px ${p8}px; min-height: ${p20}px; }
QComboBox:hover { background: $hover; }
QComboBox:focus { border: 2px solid $accent; padding: ${p1}px ${p7}px; }
QComboBox:disabled { color: $outline; }
QComboBox::drop-down { border: none; width: ${p24}px; }
QComboBox::down-arrow { image: url($chevron); width: ${p16}px; height: ${p16}px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $edge; padding: 4px; outline: 0;
  selection-background-color: $hover; selection-color: $text; }
QPushButton { background: $raised; color: $text; border: 1px solid $field; border-radius: 4px;
  padding: ${p2}px ${p12}px; min-height: ${p22}px; }
QPushButton:hover { background: $hover; }
QPushButton:focus { border: 2px solid $accent; padding: ${p1}px ${p11}px; }
QPushButton:default { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton:disabled { color: $outline; background: $raised; border-color: $field; }
QCheckBox { spacing: ${p8}px; }
QCheckBox::indicator { width: ${p14}px; height: ${p14}px; border: 1px solid $outline;
  border-radius: 4px; background: $raised; }
QCheckBox::indicator:checked { image: url($check); background: $selected; border-color: $accent; }
QCheckBox::indicator:focus { border: 2px solid $accent; }
QScrollArea { border: none; background: transparent; }
QAbstractItemView { background: $panel; border: none; outline: 0;
  alternate-background-color: $panel;
  selection-background-color: $selected; selection-color: $text; }
FaceView { background: transparent; }
QAbstractItemView::item:hover { background: $hover; }
QHeaderView::section { background: $panel; color: $faint; border: none; font-weight: 400;
  padding: ${p4}px ${p8}px;
  border-bottom: 1px solid $line; }
QTableCornerButton::section { background: $panel; border: none; border-bottom: 1px solid $line; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QTableView { gridline-color: $line; }
QTabBar::tab { background: transparent; color: $muted; padding: ${p8}px ${p12}px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::scroller { width: ${p20}px; }
QTabBar QToolButton { background: $panel; border: none; margin: ${p4}px 0; }
QTabBar QToolButton:hover { background: $hover; border-radius: 4px; }
QTabBar QToolButton::left-arrow { image: url($left); }
QTabBar QToolButton::right-arrow { image: url($right); }
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QProgressBar { background: $track; border: none; border-radius: 2px; max-height: 4px;
  color: transparent; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QSplitter::handle { background: $line; }
QMainWindow::separator { background: $line; width: 1px; height: 1px; }
QStatusBar::item { border: none; }
QDialog { background: $panel; }
""")


def sheet(colors: Tokens, px: Callable[[float], int]) -> str:
    """The style sheet of a theme with its lengths at the text size of ``px``."""
    shade = "dark" if colors.dark else "light"
    lengths = {f"p{length}": str(px(length)) for length in range(25)}
    return _SHEET.substitute(
        {name: getattr(colors, name) for name in colors.__slots__ if name != "dark"},
        track=colors.track,
        edge=colors.outline if colors.dark else colors.line,
        field=colors.raised if colors.dark else colors.line,
        check=_tinted("check", shade),
        chevron=_tinted("chevron-down", shade),
        left=_tinted("chevron-left", shade),
        right=_tinted("chevron-right", shade),
        **lengths,
    )


def _tinted(name: str, shade: str) -> str:
    return asset(f"icons/tinted/{name}-{shade}.svg").as_posix()
