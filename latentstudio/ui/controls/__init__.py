"""The self-painted controls of the window; panels import them from here."""

from latentstudio.ui.controls.band_row import BandRow
from latentstudio.ui.controls.base import Control, Label
from latentstudio.ui.controls.buttons import FittingButton, IconButton, PrimaryButton, TextButton
from latentstudio.ui.controls.card import Card
from latentstudio.ui.controls.chip import Chip
from latentstudio.ui.controls.cross_grid import CrossGrid
from latentstudio.ui.controls.empty_state import EmptyState
from latentstudio.ui.controls.face_map import FaceMapView
from latentstudio.ui.controls.face_pad import CornerPad, FacePad, SeedPlane
from latentstudio.ui.controls.fold import Fold
from latentstudio.ui.controls.layer_range import LayerRange
from latentstudio.ui.controls.name_list import NameList
from latentstudio.ui.controls.numbers import Scale
from latentstudio.ui.controls.rail import Rail
from latentstudio.ui.controls.rail_icons import RailIcons
from latentstudio.ui.controls.row import InfoLine, LinkButton, Row, Toggle
from latentstudio.ui.controls.section import Section
from latentstudio.ui.controls.segmented import Segmented
from latentstudio.ui.controls.share_bar import ShareBar
from latentstudio.ui.controls.share_line import ShareLine
from latentstudio.ui.controls.share_table import ShareTable
from latentstudio.ui.controls.signs import KeyCap, KeyHints, StatusDot
from latentstudio.ui.controls.slider_row import SliderRow
from latentstudio.ui.controls.source_card import SourceCard
from latentstudio.ui.controls.tabs import TabStrip, WorkspaceBar
from latentstudio.ui.controls.tile import Tile
from latentstudio.ui.controls.tile_rows import TileGrid, TileStrip
from latentstudio.ui.controls.value_field import SeedField, ValueField

__all__ = [
    "BandRow",
    "Card",
    "Chip",
    "Control",
    "CornerPad",
    "CrossGrid",
    "EmptyState",
    "FaceMapView",
    "FacePad",
    "FittingButton",
    "Fold",
    "IconButton",
    "InfoLine",
    "KeyCap",
    "KeyHints",
    "Label",
    "LayerRange",
    "LinkButton",
    "NameList",
    "PrimaryButton",
    "Rail",
    "RailIcons",
    "Row",
    "Scale",
    "Section",
    "SeedField",
    "SeedPlane",
    "Segmented",
    "ShareBar",
    "ShareLine",
    "ShareTable",
    "SliderRow",
    "SourceCard",
    "StatusDot",
    "TabStrip",
    "TextButton",
    "Tile",
    "TileGrid",
    "TileStrip",
    "Toggle",
    "ValueField",
    "WorkspaceBar",
]
