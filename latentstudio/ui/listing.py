"""Listing: the window's controls by object name, for scripts and for the tests."""

from dataclasses import asdict, dataclass

from PySide6.QtWidgets import QWidget

from latentstudio.ui.controls import (
    Chip,
    CornerPad,
    CrossGrid,
    FaceMapView,
    IconButton,
    LayerRange,
    NameList,
    PrimaryButton,
    SeedField,
    SeedPlane,
    Segmented,
    ShareTable,
    SliderRow,
    SourceCard,
    TabStrip,
    TextButton,
    Tile,
    TileGrid,
    TileStrip,
    Toggle,
)
from latentstudio.ui.controls.photo_card import CropView, PhotoCard

_KINDS: dict[type[QWidget], str] = {
    SliderRow: "slider",
    SeedField: "number",
    SeedPlane: "plane",
    Segmented: "choice",
    IconButton: "button",
    TextButton: "button",
    PrimaryButton: "button",
    Chip: "button",
    Tile: "face",
    TileGrid: "faces",
    TileStrip: "faces",
    TabStrip: "tabs",
    NameList: "names",
    FaceMapView: "map",
    CornerPad: "plane",
    CrossGrid: "grid",
    LayerRange: "range",
    ShareTable: "table",
    SourceCard: "source",
    Toggle: "switch",
    PhotoCard: "button",
    CropView: "crop",
}


@dataclass(frozen=True)
class Control:
    """A control of the window: its name, kind, words, and range where it has one."""

    name: str
    kind: str
    words: str
    minimum: float | None = None
    maximum: float | None = None
    default: float | None = None

    def line(self) -> str:
        """One line for people."""
        limits = ""
        if self.minimum is not None:
            limits = f"{self.minimum:g} to {self.maximum:g}, default {self.default:g}"
        return f"{self.name:24} {self.kind:8} {limits:32} {self.words}".rstrip()

    def data(self) -> dict[str, object]:
        """The same for scripts."""
        return asdict(self)


def controls_of(window: QWidget) -> list[Control]:
    """Every named control of a window, by name."""
    found = [
        _describe(widget, kind)
        for cls, kind in _KINDS.items()
        for widget in window.findChildren(cls)
        if "." in widget.objectName()
    ]
    canvas = window.findChild(QWidget, "canvas")
    if canvas is not None:
        found.append(Control("canvas", "picture", canvas.accessibleName()))
    return sorted(found, key=lambda control: control.name)


def _describe(widget: QWidget, kind: str) -> Control:
    name, words = widget.objectName(), widget.accessibleName()
    if isinstance(widget, SliderRow):
        low, high = widget.track.scale_of.minimum, widget.track.scale_of.maximum
        return Control(name, kind, words, low, high, widget.default())
    if isinstance(widget, SeedField):
        return Control(name, kind, words, 0, 2**32 - 1, 0)
    return Control(name, kind, words)
