"""Commands: what each action of the window does, by name."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QFileDialog

from latentstudio.core.direction import without_moves
from latentstudio.core.recipe import Truncation, seed_of, with_seed
from latentstudio.ui import cards, theme
from latentstudio.ui.access import AccessCommands
from latentstudio.ui.animate_commands import AnimateCommands
from latentstudio.ui.clip_export import ClipExport
from latentstudio.ui.copy_command import copy_command
from latentstudio.ui.direction_commands import DirectionCommands
from latentstudio.ui.face_desk import face_commands
from latentstudio.ui.gallery import GalleryTab
from latentstudio.ui.inpaint_commands import InpaintCommands
from latentstudio.ui.job_words import result_file
from latentstudio.ui.panels.face import FacePanel
from latentstudio.ui.panels.plane import PlanePanel
from latentstudio.ui.panels.sources import SourcesPanel
from latentstudio.ui.recording import recording_commands
from latentstudio.ui.still_export import StillExport

if TYPE_CHECKING:
    from latentstudio.ui.main_window import MainWindow

TEXT_SIZES = (1.0, 1.15, 1.3, 1.5)
_STEP = 0.1
_ANYTHING = (
    "Models, sessions and pictures (*.safetensors *.latent *.png);;"
    "Models (*.safetensors);;Sessions (*.latent);;Pictures (*.png);;All files (*)"
)


class Commands:
    """The functions behind the actions; each works on the window's document and parts."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._folder = QStandardPaths.writableLocation(
            QStandardPaths.StandardLocation.PicturesLocation
        )

    def table(self) -> dict[str, Callable[[], None]]:
        """Action name -> function."""
        return {
            **self._file_table(),
            **self._picture_table(),
            **self._view_table(),
            **DirectionCommands(self._window, lambda: self._folder).table(),
            **InpaintCommands(self._window).table(),
            **face_commands(self._window),
            **AnimateCommands(self._window).table(),
            **AccessCommands(self._window).table(),
            **StillExport(self._window, self._ask).table(),
            **ClipExport(self._window, self._ask).table(),
            **recording_commands(self._window),
        }

    def _file_table(self) -> dict[str, Callable[[], None]]:
        window = self._window
        return {
            "new_session": lambda: window.files.new_session(),
            "open": self.open,
            "open_recent": lambda: window.recent.popup(),
            "save_session": self.save_session,
            "save_session_as": self.save_session_as,
            "quit": lambda: (window.close(), None)[1],
            "undo": window.document.undo,
            "redo": window.document.redo,
            "copy": lambda: window.files.copy_picture(),
            "copy_command": lambda: copy_command(window, self._ask),
            "models": lambda: window.model_menu.popup(),
            "bend": lambda: window.bend.ask(),
            "about_model": lambda: cards.about_model(window),
            "jobs": lambda: window.jobs.popup(),
            "cancel_job": lambda: window.jobs.cancel_newest(),
            "shortcuts": lambda: cards.shortcuts(window),
            "about": lambda: cards.about(window),
            "licences": lambda: cards.licences(window),
        }

    def _picture_table(self) -> dict[str, Callable[[], None]]:
        return {
            "random": lambda: self._face().random(),
            "surprise": lambda: self._face().surprise(),
            "go_to_seed": self.go_to_seed,
            "previous_seed": lambda: self._face().go(-1),
            "next_seed": lambda: self._face().go(1),
            "row_up": lambda: self._face().go(-100),
            "row_down": lambda: self._face().go(100),
            "walk_left": lambda: self._walk(-_STEP, 0),
            "walk_right": lambda: self._walk(_STEP, 0),
            "walk_up": lambda: self._walk(0, -_STEP),
            "walk_down": lambda: self._walk(0, _STEP),
            "toggle_space": lambda: self._face().toggle_space(),
            "swap": lambda: self._sources().swap(),
            "source_a": lambda: self._sources().put_current(0),
            "source_b": lambda: self._sources().put_current(1),
            "source_c": lambda: self._sources().put_current(2),
            "source_d": lambda: self._sources().put_current(3),
            "seed_values": self.seed_values,
            "keep": lambda: self._gallery().keep(),
            "star": lambda: self._gallery().star(),
            "mark_plus": lambda: self._gallery().mark(1),
            "mark_minus": lambda: self._gallery().mark(-1),
        }

    def _view_table(self) -> dict[str, Callable[[], None]]:
        window = self._window
        return {
            "variation": self.variation,
            "preview": self.preview,
            "face_map": lambda: window.start.toggle(),
            "sheet": lambda: window.show_view(0 if window.sheet.isVisible() else 1),
            "workspace_explore": lambda: window.workspaces.show("explore"),
            "workspace_mix": lambda: window.workspaces.show("mix"),
            "left_rail": lambda: window.desk.toggle(window.left),
            "right_rail": lambda: window.desk.toggle(window.right),
            "strip": lambda: window.desk.toggle(window.bottom),
            "picture_only": lambda: window.desk.picture_only(
                window.actions_by_name["picture_only"].isChecked()
            ),
            "full_screen": self.full_screen,
            "demo": lambda: window.demo.ask(),
            "reset_layout": lambda: window.desk.reset(),
            "flip_theme": self.flip_theme,
            "text_larger": lambda: self.text_size(1),
            "text_smaller": lambda: self.text_size(-1),
            "text_normal": lambda: self.text_size(0),
        }

    # --- files ----------------------------------------------------------------------------------

    def open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self._window, "Open", self._folder, _ANYTHING)
        if name:
            self._folder = str(Path(name).parent)
            self._window.files.open_path(Path(name))

    def save_session(self) -> None:
        path = self._window.files.path
        if path is None:
            self.save_session_as()
        else:
            self._window.files.save_session(path)

    def save_session_as(self) -> None:
        path = self._ask("Save session", "Untitled.latent", "Sessions (*.latent)")
        if path is not None:
            self._window.files.save_session(path.with_suffix(".latent"))

    def show_result(self, panel: str, result: object) -> None:
        """Go to what a task has made: the file that it wrote, or the panel that took it."""
        window, path = self._window, result_file(result)
        if path is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        elif panel:
            if window.panel(panel).isHidden():
                window.workspaces.show("explore")
            window.right.setVisible(True)
            window.rails[1].reveal(panel)

    def _ask(self, title: str, name: str, kinds: str) -> Path | None:
        start = str(Path(self._folder) / name)
        chosen, _ = QFileDialog.getSaveFileName(self._window, title, start, kinds)
        if not chosen:
            return None
        self._folder = str(Path(chosen).parent)
        return Path(chosen)

    # --- the picture ----------------------------------------------------------------------------

    def go_to_seed(self) -> None:
        """Put the cursor into the seed field."""
        window = self._window
        window.workspaces.show("explore")
        window.desk.reveal("sample")
        self._face().field.begin()

    def seed_values(self) -> None:
        """One seed as it is: no blend, no moves, no truncation."""
        self._window.document.edit_recipe(
            "Seed's own values",
            lambda recipe: replace(
                with_seed(without_moves(recipe), seed_of(recipe) or 0), truncation=Truncation()
            ),
        )

    def _gallery(self) -> GalleryTab:
        return cast(GalleryTab, self._window.strip.tab("gallery"))

    def _face(self) -> FacePanel:
        return cast(FacePanel, self._window.panel("sample"))

    def _sources(self) -> SourcesPanel:
        return cast(SourcesPanel, self._window.panel("sources"))

    def _walk(self, dx: float, dy: float) -> None:
        cast(PlanePanel, self._window.panel("plane")).walk(dx, dy)

    # --- the view -------------------------------------------------------------------------------

    def variation(self) -> None:
        """The noise variation in the place of the picture, or the picture again."""
        window = self._window
        window.show_view(0)
        window.variation.turn(not window.variation.on)

    def preview(self) -> None:
        """Whether a moving picture may be smaller where the full one is too slow."""
        on = self._window.actions_by_name["preview"].isChecked()
        self._window.settings.setValue("view/preview", on)
        self._window.bridge.set_preview(on)

    def full_screen(self) -> None:
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()
        window.desk.tell_actions()

    def flip_theme(self) -> None:
        scheme: theme.Scheme = "light" if theme.tokens().dark else "dark"
        self._window.settings.setValue("view/theme", scheme)
        self._apply(scheme, theme.scale())

    def text_size(self, direction: int) -> None:
        """The next text size up (+1) or down (-1), or the normal one (0)."""
        nearest = min(TEXT_SIZES, key=lambda size: abs(size - theme.scale()))
        place = TEXT_SIZES.index(nearest) + direction if direction else 0
        scale = TEXT_SIZES[min(max(place, 0), len(TEXT_SIZES) - 1)]
        self._window.settings.setValue("view/text", scale)
        self._apply("dark" if theme.tokens().dark else "light", scale)

    def _apply(self, scheme: theme.Scheme, scale: float) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply_theme(application, scheme, scale)
            self._window.desk.fit_again()
