"""Copy as command: a line for the terminal that draws the picture on the canvas again."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from latentstudio.core.command_line import LONGEST, command_of, command_with_file, file_name
from latentstudio.core.errors import StudioError
from latentstudio.core.picture import Drawn
from latentstudio.core.recipe import Recipe, title_of
from latentstudio.core.recipe_json import recipe_text

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

Ask = Callable[[str, str, str], Path | None]  # title, name, kinds -> the file that was chosen


def copy_command(window: "MainWindow", ask: Ask) -> None:
    """Put the command for the current picture on the clipboard; a long recipe goes to a file."""
    frame, recipe = window.bridge.frame, window.document.recipe
    if frame is None:
        return
    drawn = Drawn(frame.threads, device=frame.device)
    title = title_of(recipe)
    out = file_name(title, ".png")
    try:
        command, text = command_of(recipe, drawn, out), recipe_text(recipe)
    except StudioError as error:
        window.files.complain(error)
        return
    if len(command) <= LONGEST:
        _copy(window, recipe, command)
        return
    path = ask("Save the recipe for the command", file_name(title, ".json"), "Recipes (*.json)")
    if path is not None:
        path = path.with_suffix(".json")
        line = command_with_file(path, drawn, out)
        window.files.write_text(path, text, lambda: _copy(window, recipe, line))


def _copy(window: "MainWindow", recipe: Recipe, command: str) -> None:
    QGuiApplication.clipboard().setText(command)
    info = window.bridge.info
    if info is not None and info.has_noise and recipe.noise.mode == "random":
        detail = "Its noise is random, so every run gives another picture: fix the noise first."
        window.notices.post("warning", "Command copied", detail)
    else:
        window.notices.post("info", "Command copied", "Paste it into a terminal.")
