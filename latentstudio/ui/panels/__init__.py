"""The panels, in the order of the render; a new panel is a file and a line here."""

from latentstudio.ui.panel import Panel
from latentstudio.ui.panels.face import FacePanel
from latentstudio.ui.panels.interpolate import InterpolatePanel
from latentstudio.ui.panels.plane import PlanePanel
from latentstudio.ui.panels.truncation import TruncationPanel

LEFT: tuple[type[Panel], ...] = (FacePanel, PlanePanel, InterpolatePanel)
RIGHT: tuple[type[Panel], ...] = (TruncationPanel,)
PANELS = (*LEFT, *RIGHT)
