"""Commands of export: the card of stills, the copy in another form, and latents as a table."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from latentstudio.core.latents_table import ENDINGS
from latentstudio.core.still import EXACT, Still
from latentstudio.ui.still_card import StillCard
from latentstudio.ui.still_plans import kept_here, plans

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

Ask = Callable[[str, str, str], Path | None]  # title, name, kinds -> the file that was chosen

_PICTURES = "Pictures (*.png)"
_TABLES = "Arrays (*.npz);;Spreadsheets (*.csv)"


class StillExport:
    """The functions behind the actions; the form that was chosen last is offered again."""

    def __init__(self, window: "MainWindow", ask: Ask) -> None:
        self._window, self._ask = window, ask
        self._still, self._words = EXACT, True

    def table(self) -> Mapping[str, Callable[[], None]]:
        """Action name -> function."""
        return {
            "save_picture": self.save_picture,
            "export_sheet": self.export_sheet,
            "export_gallery": partial(self.open, "gallery"),
            "export_grid": partial(self.open, "grid"),
            "export_strips": partial(self.open, "strips"),
            "export_latents": self.export_latents,
        }

    def save_picture(self) -> None:
        """Ask in which form; a noise variation on the canvas is written as it is."""
        window, shown = self._window, self._window.variation.shown
        if shown is None:
            self.open("picture")
            return
        name = plans(window)["picture"].name.removesuffix(".png")
        path = self._ask("Save noise variation", f"{name}-noise-variation.png", _PICTURES)
        if path is not None:
            window.files.save_map(path.with_suffix(".png"), shown.colors)

    def export_sheet(self) -> None:
        """The sheet on show, and the card over it."""
        self._window.show_view(1)
        self.open("sheet")

    def open(self, key: str) -> None:
        """Ask what is to be written; a plan that cannot be is said instead."""
        window, info = self._window, self._window.bridge.info
        offered = plans(window)
        if info is None or offered[key].reason:
            title = f"There is no {offered[key].title.lower()} to export"
            window.notices.post("info", title, f"{offered[key].reason or 'No model is open'}.")
            return
        card = StillCard(
            offered, key, info.resolution, self._still, words=self._words, parent=window
        )
        card.asked.connect(self._take)
        card.open()

    def export_latents(self) -> None:
        """Ask for a file and write where the kept faces are."""
        window, faces = self._window, kept_here(self._window)
        if not faces:
            window.notices.post(
                "info",
                "There are no latents to export",
                "No face of this model is kept yet: K keeps one.",
            )
            return
        path = self._ask("Export latents of the gallery", "latents.npz", _TABLES)
        if path is not None:
            out = path if path.suffix.lower() in ENDINGS else path.with_name(f"{path.name}.npz")
            window.bridge.start_job("latents", "Latents of the gallery", faces=faces, out=out)

    def _take(self, way: str, key: str, still: Still, words: bool) -> None:
        self._still, self._words = still, words
        if way == "copy":
            self._window.files.copy_picture(still)
            return
        plan = plans(self._window)[key]  # the window may have changed under the card
        path = None if plan.reason else self._ask(f"Export {plan.title}", plan.name, _PICTURES)
        if path is not None:
            plan.start(path.with_suffix(".png"), still, words)
