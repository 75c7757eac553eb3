"""MissingModel: says which model the face needs where it is not there, and offers the ways on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from latentstudio.ui.controls import EmptyState

if TYPE_CHECKING:
    from latentstudio.core.recipe import ModelRef
    from latentstudio.ui.main_window import MainWindow
    from latentstudio.ui.notices import Notice

_WHY = (
    "That model (sha256 {id}...) does not come with the studio and was not opened yet. The work is "
    "whole and can be saved; with another model the face is another one, which undo takes back."
)


class MissingModel(QObject):
    """Shows the kept small picture and a notice while the recipe's model is missing.

    What needs the network is off meanwhile, and says so; undo, the gallery and saving go on.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._named: ModelRef | None = None
        self._notice: Notice | None = None
        self._nothing = EmptyState("box", "")
        window.views.addWidget(self._nothing)
        window.document.changed.connect(lambda _old, _new: self._look())
        window.bridge.opened.connect(lambda _info: self._look())
        window.bridge.failed.connect(lambda _failure: self._look())

    def _look(self) -> None:
        window, lacking = self._window, self._window.bridge.lacking
        if lacking is not None:
            self._show_face(lacking)
        if lacking == self._named:
            return
        self._named = lacking
        if self._notice is not None:
            self._notice.dismiss()
        if lacking is not None:
            self._say(lacking)
        elif window.views.currentWidget() is self._nothing:
            window.show_view(0)
        for panel in window.panels():
            panel.show_lack("" if lacking is None else f"needs {_name(lacking)}")
        window.update_actions()

    def _show_face(self, model: ModelRef) -> None:
        window = self._window
        window.show_no_picture()
        image = window.bridge.known_face(window.document.recipe)
        if image is None:
            self._nothing.show_words("box", f"This face needs {_name(model)}")
            window.views.setCurrentWidget(self._nothing)
        else:
            window.show_view(0)
            window.canvas.show_image(image)

    def _say(self, model: ModelRef) -> None:
        window = self._window
        self._notice = window.notices.post(
            "warning",
            f"This face needs {_name(model)}",
            _WHY.format(id=model.model_id[:12]),
            (
                ("Find...", lambda: self._find(model)),
                ("Use another...", window.actions_by_name["models"].trigger),
            ),
        )
        self._notice.closed.connect(self._forget)

    def _forget(self) -> None:
        self._notice = None

    def _find(self, model: ModelRef) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._window, f"Find {_name(model)}", "", "Models (*.safetensors)"
        )
        if name:
            self._window.files.open_wanted(Path(name), model)


def _name(model: ModelRef) -> str:
    return model.name or "another model"
