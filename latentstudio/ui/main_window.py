"""The window: regions around the canvas, and the wires between document, engine and panels."""

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from latentstudio.core.document import Document, State
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, title_of
from latentstudio.engine.messages import DeviceChanged, Failure, Frame
from latentstudio.ui import actions
from latentstudio.ui.access import Access
from latentstudio.ui.animate_desk import AnimateDesk
from latentstudio.ui.bend import Bend
from latentstudio.ui.bridge import EngineBridge
from latentstudio.ui.canvas import Canvas
from latentstudio.ui.canvas_header import CanvasHeader
from latentstudio.ui.commands import Commands
from latentstudio.ui.controls import EmptyState, Rail
from latentstudio.ui.demo.demo_desk import DemoDesk
from latentstudio.ui.desk import Desk
from latentstudio.ui.enabling import Enabling
from latentstudio.ui.export_step import ExportStep
from latentstudio.ui.face_desk import FaceDesk
from latentstudio.ui.faces import image_of
from latentstudio.ui.files import Files
from latentstudio.ui.inpaint_desk import InpaintDesk
from latentstudio.ui.job_centre import JobCentre
from latentstudio.ui.missing_model import MissingModel
from latentstudio.ui.mix_sides import MixSides
from latentstudio.ui.mixing_grid import MixingGridTab
from latentstudio.ui.model_menu import ModelMenu
from latentstudio.ui.notices import NoticeStack
from latentstudio.ui.panel import Panel
from latentstudio.ui.panels import Side, panels_of
from latentstudio.ui.panels.clip import ExportPanel
from latentstudio.ui.panels.directions import DirectionsPanel
from latentstudio.ui.panels.noise import NoisePanel
from latentstudio.ui.panels.plane import PlanePanel
from latentstudio.ui.picture_walk import PictureWalk
from latentstudio.ui.recent_menu import RecentMenu
from latentstudio.ui.recording import Recording
from latentstudio.ui.sheet import Sheet
from latentstudio.ui.start import Start
from latentstudio.ui.status import PlainBar, StatusBar
from latentstudio.ui.strip import Strip
from latentstudio.ui.top_bar import TopBar
from latentstudio.ui.variation import VariationView
from latentstudio.ui.workspaces import Workspaces

_BUSY_AFTER_MS = 100


class MainWindow(QMainWindow):
    """Left: where the face comes from. Middle: the face. Right: what is done to it.

    Attributes:
        shown_first: the first picture is on the screen.
        has_picture: a picture has been drawn.
    """

    shown_first = Signal()

    def __init__(
        self, document: Document, bridge: EngineBridge, settings: QSettings, state_folder: Path
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setMinimumSize(800, 520)
        self.setAcceptDrops(True)
        self.document = document
        self.bridge = bridge
        self.settings = settings
        self._busy = QTimer(self, singleShot=True, interval=_BUSY_AFTER_MS)
        self._busy.timeout.connect(lambda: self.header.set_busy(True))
        self._speed = QTimer(self, interval=500)
        self._speed.timeout.connect(self._show_speed)
        self.has_picture = False
        self.enabling = Enabling(self)
        self._build(state_folder)
        self._connect()
        self.sides = MixSides(self.canvas, self.document, self.bridge)
        self.workspaces = Workspaces(self)
        self.workspaces.changed.connect(self.sides.show_in)
        self.inpaint = InpaintDesk(self)
        self.enabling.add(self.inpaint.conditions)
        self.bend = Bend(self)
        self.faces = FaceDesk(self)
        self.animate = AnimateDesk(self)
        self.enabling.add(self.animate.conditions)
        self.export_step = ExportStep(self)
        self.recording = Recording(self)
        self.desk = Desk(self)
        self.start = Start(self)
        self.demo = DemoDesk(self, state_folder)
        self.missing = MissingModel(self)
        self.access = Access(self)
        self.show_document()

    # --- building -------------------------------------------------------------------------------

    def _build(self, state_folder: Path) -> None:
        self.notices = NoticeStack()
        self.files = Files(self.document, self.bridge, self.notices, state_folder, self)
        self.commands = Commands(self)
        self.actions_by_name = actions.build(self, self.commands.table())
        self.top_bar = TopBar()
        actions.fill_menus(self.top_bar.menu_bar, self.actions_by_name)
        self.setMenuWidget(self.top_bar)
        self.model_menu = ModelMenu(self.files, self.top_bar.model)
        self.recent = RecentMenu(self)
        self.jobs = JobCentre(self.bridge, self.top_bar.jobs, self.top_bar.tasks)
        self._build_middle()
        self.rails = (self._rail("left"), self._rail("right"))
        self.left = self._dock("left", Qt.DockWidgetArea.LeftDockWidgetArea, self.rails[0])
        self.right = self._dock("right", Qt.DockWidgetArea.RightDockWidgetArea, self.rails[1])
        self.variation = VariationView(self.document, self.bridge, self.canvas)
        self.walk = PictureWalk(self.canvas, self.document, cast(PlanePanel, self.panel("plane")))
        self.strip = Strip(self.document, self.bridge)
        self.bottom = self._dock("strip", Qt.DockWidgetArea.BottomDockWidgetArea, self.strip)
        self.status = StatusBar()
        self.setStatusBar(PlainBar(self.status))

    def _build_middle(self) -> None:
        act = self.actions_by_name
        self.header = CanvasHeader(act["undo"], act["redo"], act["picture_only"])
        self.canvas = Canvas()
        self.sheet = Sheet(self.document, self.bridge)
        self.empty = EmptyState("box", "No model is open", "Open one with Ctrl+O, or drop a file.")
        self.views = QStackedWidget()
        for view in (self.canvas, self.sheet, self.empty):
            self.views.addWidget(view)
        middle = QWidget()
        middle.setMinimumSize(400, 320)
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.views, 1)
        self._middle = column
        self.place_notices()
        self.setCentralWidget(middle)

    def place_notices(self) -> None:
        """Notices stand under the canvas header, unless the start screen has borrowed them."""
        self._middle.insertWidget(1, self.notices)

    def _rail(self, side: Side) -> Rail:
        rail = Rail()
        for kind in panels_of("", side):
            rail.add_section(kind(self.document, self.bridge))
        return rail

    def _dock(self, name: str, area: Qt.DockWidgetArea, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(self)
        dock.setObjectName(f"dock.{name}")
        dock.setTitleBarWidget(QWidget())
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _connect(self) -> None:
        bridge, document = self.bridge, self.document
        bridge.opening.connect(self._model_opening)
        bridge.opened.connect(self._model_opened)
        bridge.frame_ready.connect(self._show_frame)
        bridge.failed.connect(self._failed)
        bridge.device_changed.connect(self._device_changed)
        self.jobs.finished.connect(self._job_finished)
        self.jobs.changed.connect(self.update_actions)
        self.jobs.show_asked.connect(self.commands.show_result)
        self.jobs.cancelled.connect(
            lambda title, kept: self.notices.post("info", f"{title}: cancelled", kept)
        )
        document.changed.connect(self._document_changed)
        document.history_changed.connect(self.enabling.follow_history)
        self.canvas.painted.connect(self._painted)
        self.canvas.zoom_changed.connect(self._show_zoom)
        self.header.view_chosen.connect(self.show_view)
        self.header.zoom.clicked.connect(lambda: self.canvas.set_zoom(None))
        asked = cast(NoisePanel, self.panel("noise")).variation_asked
        asked.connect(self.actions_by_name["variation"].trigger)
        self.variation.changed.connect(
            lambda: self.actions_by_name["variation"].setChecked(self.variation.on)
        )
        self.variation.refused.connect(partial(self.notices.post, "info"))
        self.sheet.export_asked.connect(self.actions_by_name["export_sheet"].trigger)
        cast(MixingGridTab, self.strip.tab("grid")).export_asked.connect(
            self.actions_by_name["export_grid"].trigger
        )
        cast(ExportPanel, self.panel("clip")).export_asked.connect(
            self.actions_by_name["export_clip"].trigger
        )
        self.top_bar.save.clicked.connect(self.actions_by_name["save_picture"].trigger)
        self.top_bar.model.clicked.connect(self.model_menu.popup)
        self.files.named.connect(self._show_name)
        directions = cast(DirectionsPanel, self.panel("directions"))
        self.files.directions_opened.connect(directions.import_file)
        for name in ("import", "export"):
            asked = getattr(directions, f"{name}_asked")
            asked.connect(self.actions_by_name[f"{name}_directions"].trigger)

    # --- panels ---------------------------------------------------------------------------------

    def panels(self) -> list[Panel]:
        """Every panel, left rail first."""
        return [cast(Panel, s) for rail in self.rails for s in rail.sections()]

    def panel(self, key: str) -> Panel:
        """The panel of a key, for example ``sample``."""
        return next(panel for panel in self.panels() if panel.key == key)

    # --- document and engine --------------------------------------------------------------------

    def show_document(self) -> None:
        """Show the current recipe everywhere."""
        recipe = self.document.recipe
        for panel in self.panels():
            panel.show_recipe(recipe)
        self._show_title()
        self.update_actions()

    def _document_changed(self, old: State, new: State) -> None:
        self._show_title()
        shown, drawn = self.bridge.frame, self.bridge.lacking is None
        if self.bridge.info is not None and drawn and (shown is None or shown.recipe != new.recipe):
            self._busy.start()

    def _show_title(self) -> None:
        recipe = self.document.recipe
        self.header.title.setText(title_of(recipe) if recipe.model != ModelRef() else "")
        named = self.animate.title() if hasattr(self, "animate") else None
        if named is not None:
            self.header.title.setText(named[0])
            self.header.changes.setText(named[1])
            return
        count = self.document.index
        words = "" if count == 0 else "1 change" if count == 1 else f"{count} changes"
        self.header.changes.setText(words)

    def _model_opening(self, source: str) -> None:
        self.header.set_busy(True)
        self.top_bar.model.set_detail("opening...")
        self.status.state.set_state("rendering")

    def _model_opened(self, info: ModelInfo) -> None:
        for panel in self.panels():
            panel.show_model(info)
        self.top_bar.model.set_text(info.name)
        self.top_bar.model.set_detail(f"{info.resolution} px")
        self.status.show_device(self.bridge.device, self.bridge.precision)
        self.show_view(0)
        self.show_document()
        self.strip.show_model(info)
        self.sides.show_model(info)

    def show_no_picture(self) -> None:
        """Nothing is being drawn, and the canvas shows no picture of the model."""
        self._busy.stop()
        self.header.set_busy(False)
        self.has_picture = False
        self.status.state.set_state("stopped")

    def _show_frame(self, frame: Frame) -> None:
        self._busy.stop()
        self.header.set_busy(False)
        first, self.has_picture = not self.has_picture, True
        info = self.bridge.info
        full = info.resolution if info else frame.resolution
        self.canvas.show_image(image_of(frame.pixels), full)
        size = f"{frame.resolution} px" if frame.resolution < full else ""
        self.status.state.set_state("exact" if frame.exact else "live", size)
        self.status.show_device(self.bridge.device, frame.precision)
        if not self._speed.isActive():
            self._speed.start()
        if first:
            self._show_zoom()
            self.update_actions()

    def _painted(self) -> None:
        self.bridge.painted()
        if self.has_picture and not self.property("first"):
            self.setProperty("first", True)
            self.shown_first.emit()

    def _show_speed(self) -> None:
        rate, latency = self.bridge.meter.rate(), self.bridge.meter.latency()
        self.status.show_speed(rate, latency)
        frame = self.bridge.frame
        if frame is not None and not self.canvas.is_dragging:
            self.top_bar.model.set_image(image_of(frame.pixels).copy())
        if latency is None:
            self._speed.stop()

    def _failed(self, failure: Failure) -> None:
        self._busy.stop()
        self.header.set_busy(False)
        self.status.state.set_state("stopped")
        info = self.bridge.info
        self.top_bar.model.set_detail(f"{info.resolution} px" if info else "")
        self.files.complain(failure.error, failure.trace)
        if self.bridge.frame is not None:
            self.status.state.set_state("exact")  # the last good picture stays
        elif info is None:
            self.views.setCurrentWidget(self.empty)

    def _device_changed(self, message: DeviceChanged) -> None:
        self.status.show_device(message.device, self.bridge.precision)
        self.notices.post("warning", "The device has changed", message.reason)

    def _job_finished(self, title: str, result: object, error: object) -> None:
        if isinstance(error, Failure):
            self.files.complain(error.error, error.trace)
        elif isinstance(result, Path):
            self.notices.post("info", f"{title}: done", str(result))

    def update_actions(self) -> None:
        """Enable what can be done now."""
        self.enabling.update()
        self.top_bar.save.setEnabled(self.has_picture)
        self._show_title()

    # --- the picture ----------------------------------------------------------------------------

    def show_view(self, index: int) -> None:
        """0 the picture, 1 the contact sheet."""
        self.faces.compare.turn(False)
        self.views.setCurrentIndex(index)
        self.header.show_view(index)
        self.header.zoom.setVisible(index == 0)
        self.actions_by_name["sheet"].setChecked(index == 1)

    def _show_zoom(self) -> None:
        self.header.show_zoom(self.canvas.zoom(), self.canvas.fits)

    def _show_name(self, path: Path | None, saved: bool) -> None:
        name = path.stem if path else "Untitled"
        self.setWindowTitle(f"{name}{'' if saved else ' *'} - Latent Studio")

    # --- window events --------------------------------------------------------------------------

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab follows the regions, not the order in which things were made."""
        return self.access.order.step(forward)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "desk"):
            self.desk.fit(event.size())
        if self.canvas.fits:
            QTimer.singleShot(0, self._show_zoom)

    def sizeHint(self) -> QSize:
        return QSize(1440, 900)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.files.open_path(Path(url.toLocalFile()))
                event.acceptProposedAction()
                return

    def closeEvent(self, event: QCloseEvent) -> None:
        self.desk.save()
        self._speed.stop()
        self._busy.stop()
        self.bridge.close()
        self.files.close()
        super().closeEvent(event)
