"""A sheet of all components, to be looked at and compared."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from latentstudio.ui import theme
from latentstudio.ui.controls import (
    Card,
    Chip,
    EmptyState,
    IconButton,
    InfoLine,
    KeyHints,
    Label,
    LayerRange,
    PrimaryButton,
    Rail,
    Row,
    Section,
    SeedField,
    SeedPlane,
    Segmented,
    SliderRow,
    StatusDot,
    TabStrip,
    TextButton,
    Tile,
    TileGrid,
    TileStrip,
    Toggle,
    WorkspaceBar,
)
from latentstudio.ui.notices import Notice
from tests.ui.controls.drawn import face


def line(*widgets: QWidget, spacing: int = 4, stretch: bool = True) -> QWidget:
    """Widgets side by side."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget)
    if stretch:
        row.addStretch(1)
    return holder


def sliders() -> Card:
    card = Card("Slider", token="panel", border=True, padding=(16, 12))
    plain = SliderRow("Truncation", 0, 1.5, 1.0)
    smile = SliderRow("Smile", -3, 3, 0.3, decimals=1, step=0.1, signed=True)
    smile.set_value(1.2)
    strength = SliderRow("Strength", 0, 2, 1.0)
    strength.set_value(0.8)
    band = SliderRow("Fine band", 0, 1, 0.5)
    reason = "DCGAN has one style layer, so there are no bands."
    band.set_reason(reason)
    mixed = SliderRow("Position", 0, 1, 0.5)
    mixed.set_mixed(True)
    weight = SliderRow("Freckles", 0, 100, 0, decimals=0, step=1, unit="%", fill="b")
    weight.set_value(45)
    for row in (plain, smile, strength, band, mixed, weight):
        card.body.addWidget(row)
    card.body.addWidget(InfoLine(reason))
    card.body.addWidget(InfoLine("Also moves hair length, −0.46", "warning", "Lock it"))
    card.body.addWidget(InfoLine("Learned from labels · hold-out 94 %", "ok"))
    layers = LayerRange(12)
    layers.set_range(3, 7)
    layers.set_words("8–32 px")
    card.body.addWidget(Row("Layers", layers, label_width=76, stretch=True))
    return card


def buttons() -> Card:
    card = Card("Buttons", token="panel", border=True, padding=(16, 12))
    on = IconButton("brush", "Brush", "B", checkable=True)
    on.setChecked(True)
    off = IconButton("redo-2", "Redo")
    off.set_reason("Nothing to redo")
    dead = TextButton("Import", "upload")
    dead.set_reason("No file")
    views = Segmented([("image", "Picture"), ("columns-2", "Compare"), ("grid-3x3", "Sheet")])
    bands = Segmented(["Coarse", "Middle", "Fine"], exclusive=False)
    bands.set_checked(1, True)
    bands.set_checked(2, True)
    toggle = Toggle("Snap to seeds")
    toggle.setChecked(True)
    search = QLineEdit()
    search.setPlaceholderText("Search 8 classes")
    card.body.addWidget(line(on, IconButton("eraser", "Eraser"), IconButton("x", "Close"), off))
    card.body.addWidget(line(TextButton("Random", "dices"), TextButton("Cancel"), dead))
    flat = TextButton("Learn from examples", "plus", flat=True)
    card.body.addWidget(line(flat, TextButton("Open", on_card=True)))
    save = PrimaryButton("Save picture", "download", compact=True)
    icon = PrimaryButton("Save picture", "download", compact=True)
    icon.set_collapsed(True)
    card.body.addWidget(line(save, icon))
    card.body.addWidget(line(PrimaryButton("Open the model")))
    card.body.addWidget(line(views))
    card.body.addWidget(line(bands))
    card.body.addWidget(toggle)
    card.body.addWidget(Toggle("Pixelated"))
    card.body.addWidget(search)
    return card


def signs() -> Card:
    card = Card("Signs", token="panel", border=True, padding=(16, 12))
    for state, detail, words in (
        ("exact", "", "the recipe, every pixel"),
        ("live", "64 px", "while you drag"),
        ("rendering", "", "past 100 ms only"),
        ("stopped", "", "last good picture stays"),
    ):
        dot = StatusDot()
        dot.set_state(state, detail)
        card.body.addWidget(line(dot, Label(words, token="faint"), spacing=12))
    hints = KeyHints()
    hints.set_hints([("Drag", "to walk"), ("Space", "random"), ("← →", "seeds"), ("K", "keep")])
    card.body.addWidget(hints)
    model = Chip("avatars-stylegan")
    model.set_detail("128 px")
    model.set_image(face(3))
    job = Chip("Mixing grid 64 %", chevron=False)
    job.set_progress(0.64)
    card.body.addWidget(line(model, job, spacing=8))
    return card


def tiles() -> Card:
    card = Card("Tiles", token="panel", border=True, padding=(1, 8))
    tabs = TabStrip()
    for key, text in (("near", "Neighbours"), ("gallery", "Gallery"), ("history", "History")):
        tabs.add_tab(key, text)
    tabs.set_count("gallery", 24)
    tabs.set_count("history", 1037)
    tabs.set_current("gallery")
    tabs.add_corner(IconButton("star", "Starred only"))
    strip = TileStrip(size=92)
    strip.set_count(7)
    for index in range(6):
        strip.set_image(index, face(index))
    strip.set_starred(0, True)
    strip.set_starred(2, True)
    strip.set_current(0)
    strip.setFixedHeight(theme.px(108))
    grid = TileGrid(size=64)
    grid.set_count(14)
    for index in range(12):
        grid.set_image(index, face(index + 7))
        grid.set_label(index, f"{index + 7}")
    grid.set_state(13, "dropped")
    grid.set_current(4)
    grid.setFixedHeight(theme.px(190))
    empty = EmptyState("images", "Nothing kept yet", "Press K to keep the face you see.")
    for widget in (tabs, strip, grid):
        card.body.addWidget(widget)
    sources = []
    for letter in "ABCD":
        tile = Tile(size=48)
        tile.set_image(face(ord(letter)) if letter != "D" else None)
        tile.set_badge(letter)
        tile.set_selected(letter == "B")
        sources.append(tile)
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(12, 0, 12, 0)
    column.addWidget(line(*sources))
    column.addWidget(empty)
    card.body.addWidget(inside)
    return card


def notices() -> Card:
    card = Card("Notices", token="panel", border=True, padding=(16, 12))
    nothing = lambda: None  # noqa: E731
    for kind, title, detail, words in (
        ("info", "Recovered", "The session from 14:02 was saved before the window closed.",
         ("Open", "Discard")),
        ("warning", "Another model", "This picture was made with avatars-dcgan. The face will "
         "differ.", ("Load that model",)),
        ("error", "Could not read wild.pkl", "The file is incomplete: 41 of 298 MB. Download it "
         "again.", ("Copy details",)),
    ):  # fmt: skip
        card.body.addWidget(Notice(kind, title, detail, [(word, nothing) for word in words]))
    return card


def rail() -> Rail:
    made = Rail()
    made.setFixedWidth(theme.px(272))
    sample = Section("sample", "Face")
    seed = SeedField()
    seed.set_value(48)
    before, after = IconButton("chevron-left", "Back"), IconButton("chevron-right", "On")
    random = TextButton("Random", "dices")
    sample.body.addWidget(line(before, seed, after, random, stretch=False))
    space = Segmented(["Z", "W"])
    space.set_current(1)
    sample.body.addWidget(Row("Space", space))
    step = SliderRow("Step", 0, 1, 0.35, label_width=64)
    sample.body.addWidget(step)
    sample.body.addWidget(TextButton("Surprise me nearby", "sparkle"))
    plane = Section("plane", "Seed plane")
    plane.add_action(IconButton("magnet", "Snap", size=24))
    pad = SeedPlane()
    for column in range(4):
        for row in range(3):
            pad.set_face(column, row, face(column + 4 * row))
    pad.set_point(1.34, 1.42)
    plane.body.addWidget(pad)
    plane.body.addWidget(line(Label("x 48.34   y 0.42")))
    closed = Section("noise", "Noise")
    closed.set_summary("fixed · 1.00")
    closed.set_open(False)
    none = Section("classes", "Classes")
    none.set_reason("none in this model")
    for section in (sample, plane, closed, none):
        made.add_section(section)
    return made


def workspaces() -> WorkspaceBar:
    bar = WorkspaceBar()
    for key, text, icon in (
        ("explore", "Explore", "scan-face"),
        ("mix", "Mix", "blend"),
        ("inpaint", "Inpaint", "brush"),
        ("animate", "Animate", "film"),
    ):
        bar.add_workspace(key, text, icon)
    return bar


def sheet() -> QWidget:
    """Everything at once, 1480 x 760 at 100 %."""
    made = QWidget()
    made.setObjectName("sheet")
    columns = QHBoxLayout(made)
    columns.setSpacing(theme.px(12))
    left, middle, right = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
    for column, parts in (
        (left, (workspaces(), rail())),
        (middle, (sliders(), buttons())),
        (right, (tiles(), signs())),
    ):
        columns.addLayout(column)
        for part in parts:
            column.addWidget(part)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
    last = QVBoxLayout()
    last.addWidget(notices())
    last.addStretch(1)
    columns.addLayout(last)
    middle.addStretch(1)
    right.addStretch(1)
    made.setFixedSize(theme.px(1480), theme.px(760))
    return made
