"""Timeline: the bottom of the Animate workspace, transport over film, keyframes and lanes."""

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from latentstudio.core.document import State
from latentstudio.core.errors import StudioError
from latentstudio.core.journey import Journey
from latentstudio.core.model_info import ModelInfo
from latentstudio.ui import theme
from latentstudio.ui.controls import EmptyState
from latentstudio.ui.strip_tab import StripTab
from latentstudio.ui.timeline_film import Film
from latentstudio.ui.timeline_scene import FILM
from latentstudio.ui.timeline_transport import Transport
from latentstudio.ui.timeline_view import TimelineView

_TIP = (
    "Click or drag to go to a time; drag a keyframe to move it; drop faces here; "
    "Ctrl and the wheel zoom; Delete removes the chosen keyframe, F2 names it"
)


class TimelineTab(StripTab):
    """The only tab of its workspace; the desk of the workspace moves it."""

    key = "timeline"
    title = "Timeline"
    workspaces = ("animate",)

    def build(self) -> None:
        self.film = Film(self.tasks, self)
        self.transport = Transport()
        self.view = TimelineView(self.film)
        self.view.setObjectName("timeline.view")
        self.view.set_tooltip(_TIP)
        self.transport.zoom_asked.connect(self.view.zoom)
        self.transport.snap_asked.connect(self._snap)
        self.empty = EmptyState(
            "film", "No keyframes yet", "Drag a face here, or press I to add the face you see.",
            "Add this face", parent=self.view,
        )  # fmt: skip
        self.empty.button.setObjectName("timeline.add")
        self.empty.button.set_tooltip("The face on the canvas becomes a keyframe  (I)")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.transport)
        column.addWidget(self.view, 1)
        self.show_journey(-1)

    def show_journey(self, selected: int) -> None:
        """Show the document's journey with a keyframe chosen, or none (-1)."""
        journey = self.document.state.journey
        self.view.show_journey(journey, selected)
        self.transport.show_loop(journey.loop)
        self.transport.show_time(self.view.scene.place, journey.duration)
        self.transport.set_reason(_no_play(journey, self.info))
        self.empty.setVisible(not journey.keyframes)

    def show_place(self, seconds: float) -> None:
        """Put the playhead to a time."""
        self.view.show_place(seconds)
        self.transport.show_time(seconds, self.document.state.journey.duration)

    def show_model(self, info: ModelInfo) -> None:
        super().show_model(info)
        self.transport.set_reason(_no_play(self.document.state.journey, info))
        self.film.forget()
        self.view.show_model(info)

    def fill(self) -> None:
        self.view.lay()

    def state_changed(self, old: State, new: State) -> None:
        """The desk follows the document."""

    def _snap(self, on: bool) -> None:
        self.view.snaps = on

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_empty()

    def _place_empty(self) -> None:
        """Over the film, where the faces will be."""
        head, top, side = self.view.scene.head, theme.px(FILM), theme.px(16)
        wide, high = self.width() - head - 2 * side, self.height() - self.transport.height() - top
        self.empty.setGeometry(head + side, top, max(wide, 80), max(high - theme.px(10), 40))


def _no_play(journey: Journey, info: ModelInfo | None) -> str:
    """Why nothing can be played; empty where it can."""
    if not journey.keyframes:
        return "There are no keyframes yet: I adds the face you see"
    try:
        journey.check(info)
    except StudioError as error:
        return f"{error.title}: {error.hint}" if error.hint else error.title
    return ""
