"""Cards: what the window tells about the model, the keys and itself, each in a small dialog."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from latentstudio import credits
from latentstudio.core import bundle
from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import ModelRef
from latentstudio.core.version import __version__
from latentstudio.resources import bundled_models
from latentstudio.ui import theme
from latentstudio.ui.actions import ACTIONS, MENUS
from latentstudio.ui.controls import KeyCap, Label, TextButton

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

Lines = list[tuple[str, str]]


def about_model(window: "MainWindow") -> None:
    """Everything that the open model's file says of itself."""
    info = window.bridge.info
    if info is None:
        return
    lines: Lines = [
        ("Family", info.family),
        ("Pictures", f"{info.resolution} × {info.resolution}"),
        ("Latents", f"z {info.z_dim}, style {info.style_dim}, {_count(info.style_layers)}"),
        ("Classes", ", ".join(info.classes) or "none"),
        ("Noise inputs", "yes" if info.has_noise else "none"),
        ("Parameters", f"{info.parameters / 1e6:.1f} M"),
        ("Licence", info.licence or "none named in the file"),
        ("Model id", info.model_id[:16]),
        *_card_lines(window.bridge.source_of(ModelRef.of(info)) or ""),
    ]
    _show(window, info.name, _table(lines))


def shortcuts(window: "MainWindow") -> None:
    """Every key of the window, by menu."""
    body = QWidget()
    grid = QGridLayout(body)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    row = 0
    for menu in MENUS:
        lines = [line for line in ACTIONS if line.menu == menu and line.keys]
        if not lines:
            continue
        grid.addWidget(Label(menu, role="heading", token="text"), row, 0, 1, 2)
        row += 1
        for line in lines:
            caps = QWidget()
            keys = QHBoxLayout(caps)
            keys.setContentsMargins(0, 0, 0, 0)
            for key in line.keys[:2]:
                keys.addWidget(KeyCap(QKeySequence(key).toString()))
            keys.addStretch(1)
            grid.addWidget(caps, row, 0)
            grid.addWidget(Label(f"{line.text.removesuffix('...')}: {_lower(line.help)}"), row, 1)
            row += 1
    _show(window, "Keyboard shortcuts", body)


def about(window: "MainWindow") -> None:
    """Version, licence, and whose drawings the networks learned from."""
    lines: Lines = [
        ("Version", __version__),
        ("Licence", "MIT; the typeface Inter under the OFL 1.1, the icons Lucide under ISC"),
        *(
            ("Learned from", f"{credit.sentence}. {credits.CHANGED}")
            for credit in credits.credits()
        ),
    ]
    more = TextButton("Licences in full", "file-text")
    more.clicked.connect(window.actions_by_name["licences"].trigger)
    _show(window, "Latent Studio", _table(lines), more)


def licences(window: "MainWindow") -> None:
    """The notice, and the text of every licence of what the studio comes with."""
    body = QPlainTextEdit(credits.in_full())
    body.setObjectName("card.licences")
    body.setAccessibleName("Notice and licences")
    body.setReadOnly(True)
    body.setTabChangesFocus(True)
    _show(window, "Licences", body)


def _card_lines(source: str) -> Lines:
    path = bundled_models().get(source)
    lines = _training(str(path or source))
    return [*lines, *_attributions(str(path or source))]


def _training(path: str) -> Lines:
    try:
        card = bundle.read_card(path)
    except StudioError:
        return []
    known = [("Training", f"{key}: {value}") for key, value in card.training.items()]
    return [*known, *(("Known limits", limit) for limit in card.limits)]


def _attributions(path: str) -> Lines:
    try:
        card = bundle.read_card(path)
    except StudioError:
        return []
    return [("Learned from", f"{line}. {credits.CHANGED}") for line in card.attributions]


def _lower(words: str) -> str:
    """With a small first letter; PNG stays PNG."""
    return words[:1].lower() + words[1:] if not words[:2].isupper() else words


def _count(layers: int) -> str:
    return "1 style layer" if layers == 1 else f"{layers} style layers"


def _table(lines: Lines) -> QWidget:
    body = QWidget()
    grid = QGridLayout(body)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    before = ""
    for row, (name, words) in enumerate(lines):
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(Label("" if name == before else name), row, 0, top)
        value = Label(words, token="text")
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(value, row, 1, top)
        before = name
    return body


def _show(window: "MainWindow", title: str, body: QWidget, *more: QWidget) -> None:
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setObjectName("card")
    dialog.setWindowTitle(title)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(20, 16, 20, 16)
    column.setSpacing(12)
    column.addWidget(Label(title, role="title", token="text"))
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(body)
    body.setAutoFillBackground(False)
    scroll.viewport().setAutoFillBackground(False)
    column.addWidget(scroll, 1)
    close = TextButton("Close")
    close.clicked.connect(dialog.accept)
    foot = QHBoxLayout()
    for button in more:
        foot.addWidget(button)
    foot.addStretch(1)
    foot.addWidget(close)
    column.addLayout(foot)
    dialog.resize(theme.px(640), min(theme.px(620), window.height() - 40))
    dialog.open()
