"""ClipExport: the wires between the action, the Export section and the file of a clip."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from latentstudio.ui.panels.clip import KINDS, ExportPanel

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

Ask = Callable[[str, str, str], Path | None]  # title, name, kinds -> the file that was chosen

_FILTERS = {
    ".mp4": "Films (*.mp4)",
    ".gif": "Animations (*.gif)",
    ".webp": "Animations (*.webp)",
    "": "A folder of pictures (*)",
}


class ClipExport:
    """The function behind the action; how a clip is written is chosen in the Export section."""

    def __init__(self, window: "MainWindow", ask: Ask) -> None:
        self._window, self._ask = window, ask

    def table(self) -> dict[str, Callable[[], None]]:
        """Action name -> function."""
        return {"export_clip": self.export}

    @property
    def panel(self) -> ExportPanel:
        return cast(ExportPanel, self._window.panel("clip"))

    def export(self) -> None:
        """Ask for the file and start; the ending of its name is what counts."""
        window, panel = self._window, self.panel
        if window.workspaces.current.key != "animate":
            window.workspaces.show("animate")
        window.right.setVisible(True)
        window.rails[1].reveal("clip")
        refusal = panel.refusal()
        if refusal is not None:
            words = " ".join(part for part in (f"{refusal.detail}.", refusal.hint) if part)
            window.notices.post("info", refusal.title, words[:1].upper() + words[1:])
            return
        if panel.running:
            return
        out = self._ask("Export clip", self._name(), self._filters())
        if out is None:
            return
        if out.suffix.lower() in KINDS.values():
            panel.choose_ending(out.suffix.lower() if out.suffix else panel.ending)
        if panel.ending and out.suffix.lower() != panel.ending:
            out = out.with_name(out.name + panel.ending)
        panel.start(out if panel.ending else out.with_suffix(""))

    def _name(self) -> str:
        session = self._window.files.path
        stem = session.stem if session else "journey"
        return stem + (self.panel.ending or " frames")

    def _filters(self) -> str:
        """The chosen kind first, so that the dialog begins with it."""
        chosen = _FILTERS[self.panel.ending]
        return ";;".join([chosen, *(words for words in _FILTERS.values() if words != chosen)])
