"""Commands of the Inpaint workspace, and those of the view that answer to it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from latentstudio.ui.mask_canvas import TOOLS, Tool

if TYPE_CHECKING:
    from latentstudio.ui.inpaint_desk import InpaintDesk
    from latentstudio.ui.main_window import MainWindow


class InpaintCommands:
    """The functions behind the actions of the workspace."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def table(self) -> dict[str, Callable[[], None]]:
        """Action name -> function."""
        return {
            "workspace_inpaint": lambda: self._window.workspaces.show("inpaint"),
            **{f"tool_{tool}": partial(self._tool, tool) for tool in TOOLS},
            "brush_larger": lambda: self._desk.brush.step_size(1),
            "brush_smaller": lambda: self._desk.brush.step_size(-1),
            "brush_harder": lambda: self._desk.brush.step_hardness(1),
            "brush_softer": lambda: self._desk.brush.step_hardness(-1),
            "hide_mask": self._hide_mask,
            "invert_mask": lambda: self._desk.masks.invert(),
            "clear_mask": lambda: self._desk.masks.clear(),
            "start_task": lambda: self._desk.panel.toggle(),
            "next_candidate": lambda: self._desk.candidates.step(1),
            "previous_candidate": lambda: self._desk.candidates.step(-1),
            "use_candidate": lambda: self._desk.use(),
            "paste": lambda: self._desk.intake.paste(),
            "next_task": lambda: self._desk.panel.next_task(),
            "save_result": lambda: self._desk.save_result(),
            "export_projection": lambda: self._desk.tasks.export(),
            "paste_back": lambda: self._desk.paste_back(),
            "include_photo": self._include_photo,
            "fit": lambda: self._desk.zoomed().set_zoom(None),
            "actual_size": lambda: self._desk.zoomed().set_zoom(1.0),
            "zoom_in": lambda: self._desk.zoomed().step_zoom(1),
            "zoom_out": lambda: self._desk.zoomed().step_zoom(-1),
            "smooth": self._smooth,
        }

    @property
    def _desk(self) -> "InpaintDesk":
        return self._window.inpaint

    def _tool(self, tool: Tool) -> None:
        self._desk.view.set_tool(tool)

    def _hide_mask(self) -> None:
        self._desk.view.hide_mask(self._window.actions_by_name["hide_mask"].isChecked())

    def _include_photo(self) -> None:
        self._window.files.include_photo = self._window.actions_by_name["include_photo"].isChecked()

    def _smooth(self) -> None:
        smooth = not self._window.canvas.smooth
        for view in (self._window.canvas, self._desk.view):
            view.set_smooth(smooth)
