"""The panels, in the order of the render: a new panel is a file and a line here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from latentstudio.ui.panel import Panel
from latentstudio.ui.panels.blend import BlendPanel
from latentstudio.ui.panels.brush import BrushPanel, MaskPanel
from latentstudio.ui.panels.classes import ClassesPanel
from latentstudio.ui.panels.clip import ExportPanel
from latentstudio.ui.panels.corners import CornersPanel
from latentstudio.ui.panels.directions import DirectionsPanel
from latentstudio.ui.panels.face import FacePanel
from latentstudio.ui.panels.inpaint import InpaintPanel
from latentstudio.ui.panels.interpolate import InterpolatePanel
from latentstudio.ui.panels.journey import JourneyPanel
from latentstudio.ui.panels.kept import KeptPanel
from latentstudio.ui.panels.keyframe import EasePanel, KeyframePanel
from latentstudio.ui.panels.layers import LayersPanel
from latentstudio.ui.panels.loss import LossPanel
from latentstudio.ui.panels.map import MapPanel
from latentstudio.ui.panels.motion import MotionPanel
from latentstudio.ui.panels.noise import NoisePanel
from latentstudio.ui.panels.photo import CropPanel, PhotoPanel
from latentstudio.ui.panels.plane import PlanePanel
from latentstudio.ui.panels.sources import SourcesPanel
from latentstudio.ui.panels.styles import StylesPanel
from latentstudio.ui.panels.truncation import TruncationPanel

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")


@dataclass(frozen=True)
class Line:
    """A panel, the rail that it stands in, and the workspaces that show it.

    ``closed`` names the workspaces in which it is closed at first.
    """

    kind: type[Panel]
    rail: Side
    workspaces: tuple[str, ...]
    closed: tuple[str, ...] = ()


PANELS: tuple[Line, ...] = (
    # where the face comes from
    Line(FacePanel, "left", ("explore",)),
    Line(PlanePanel, "left", ("explore",)),
    Line(MotionPanel, "left", ("explore",)),
    Line(MapPanel, "left", ("explore",)),
    Line(SourcesPanel, "left", ("mix",)),
    Line(CornersPanel, "left", ("mix",)),
    Line(ClassesPanel, "left", ("explore",)),
    Line(PhotoPanel, "left", ("inpaint",)),
    Line(CropPanel, "left", ("inpaint",)),
    Line(BrushPanel, "left", ("inpaint",)),
    Line(MaskPanel, "left", ("inpaint",)),
    Line(KeptPanel, "left", ("animate",)),
    Line(JourneyPanel, "left", ("animate",), closed=("animate",)),
    # what is done to it
    Line(InpaintPanel, "right", ("inpaint",)),
    Line(LossPanel, "right", ("inpaint",)),
    Line(BlendPanel, "right", ("inpaint",)),
    Line(StylesPanel, "right", ("mix",)),
    Line(LayersPanel, "right", ("mix",)),
    Line(InterpolatePanel, "right", ("mix",)),
    Line(TruncationPanel, "right", ("explore", "mix"), closed=("mix",)),
    Line(DirectionsPanel, "right", ("explore",)),
    Line(KeyframePanel, "right", ("animate",)),
    Line(EasePanel, "right", ("animate",)),
    Line(ExportPanel, "right", ("animate",)),
    Line(NoisePanel, "right", ("explore", "mix"), closed=("mix",)),
)


def panels_of(workspace: str, rail: Side) -> Sequence[type[Panel]]:
    """The panels of one rail in a workspace, in their first order; all where it is empty."""
    here = (line for line in PANELS if line.rail == rail)
    return [line.kind for line in here if not workspace or workspace in line.workspaces]
