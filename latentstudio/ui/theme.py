"""The look of the window: colour tokens, type ramp, palette and their live switching."""

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from latentstudio.resources import asset
from latentstudio.ui import style

Scheme = Literal["system", "dark", "light"]
Role = Literal["title", "metric", "heading", "menu", "label", "strong", "small"]

FAMILY = "Inter Studio"
TEXT_SIZES = (1.0, 1.15, 1.3, 1.5)
DATA = ("a", "b", "c", "d")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as ``#rrggbb``; the chrome is painted in nothing else."""

    dark: bool
    surround: str  # behind pictures and plots
    bar: str  # top bar, canvas header, status bar
    panel: str  # rails, strip, cards
    raised: str  # fields, buttons, cards in panels
    hover: str  # under the pointer, active segment
    selected: str  # selected row, toggle that is on
    line: str  # separators
    outline: str  # control edges, default tick, disabled text
    text: str
    muted: str  # labels, icons
    faint: str  # units, hints, counts
    accent: str
    on_accent: str
    warning: str
    error: str
    a: str  # data colours: source badges and curves, always with a letter
    b: str
    c: str
    d: str
    on_data: str  # the letter on a badge
    low: str  # ends of a diverging map, through raised
    high: str

    @property
    def track(self) -> str:
        """The empty track of a slider: decoration, one shade off the panel."""
        return self.hover if self.dark else self.line

    @property
    def active(self) -> str:
        """The fill of the chosen segment."""
        return self.hover if self.dark else self.selected

    @property
    def knob(self) -> str:
        """Of a slider: solid, so that a hollow one stands out."""
        return "#FFFFFF" if self.dark else self.text


DARK = Tokens(
    dark=True,
    surround="#111215",
    bar="#16171B",
    panel="#1C1E23",
    raised="#272A31",
    hover="#32363F",
    selected="#18372F",
    line="#2D3038",
    outline="#6E7682",
    text="#ECEEF1",
    muted="#AAB1BC",
    faint="#99A1AD",
    accent="#3FD0B0",
    on_accent="#04211B",
    warning="#F2BC4F",
    error="#FF8078",
    a="#74B4FF",
    b="#FFA862",
    c="#C4A4FF",
    d="#FF94BC",
    on_data="#0B0C0E",
    low="#4C93DA",
    high="#E58A3C",
)

LIGHT = Tokens(
    dark=False,
    surround="#D9DCE1",
    bar="#E9EBEE",
    panel="#F6F7F9",
    raised="#FFFFFF",
    hover="#E4E7EB",
    selected="#D3EEE7",
    line="#D5D8DE",
    outline="#7A828E",
    text="#16181C",
    muted="#4D5560",
    faint="#565E69",
    accent="#076655",
    on_accent="#FFFFFF",
    warning="#7A5200",
    error="#B3261E",
    a="#0A5CB4",
    b="#9A4600",
    c="#6D3FC4",
    d="#AD2166",
    on_data="#FFFFFF",
    low="#4C93DA",
    high="#E58A3C",
)

_RAMP: dict[str, tuple[int, int]] = {  # role -> pixels, weight
    "title": (24, 600),
    "metric": (20, 600),
    "heading": (13, 600),
    "menu": (13, 400),
    "label": (12, 400),
    "strong": (12, 500),
    "small": (11, 400),
}
TOKEN_NAMES = tuple(field.name for field in fields(Tokens) if field.name != "dark")


class Events(QObject):
    """Tells painted controls that colours or sizes are new."""

    changed = Signal()


class _Look:
    """What is shown now; one per process, as the application's palette is."""

    tokens = DARK
    scale = 1.0
    scheme: Scheme = "dark"
    fonts_ready = False
    following = False


events = Events()


def tokens() -> Tokens:
    """The colours shown now."""
    return _Look.tokens


def scale() -> float:
    """The text size shown now, 1.0 to 1.5."""
    return _Look.scale


def px(length: float) -> int:
    """A length at 100 %, in pixels at the text size shown now."""
    return round(length * _Look.scale)


def color(token: str, alpha: float = 1.0) -> QColor:
    """The colour of a token, made transparent by ``alpha`` (0 to 1)."""
    found = QColor(getattr(_Look.tokens, token))
    found.setAlphaF(alpha)
    return found


def grid() -> QColor:
    """The lines behind a plot; in the light theme those of panels are lost on the surround."""
    return color("line") if tokens().dark else color("outline", 0.4)


def font(role: Role = "label") -> QFont:
    """The font of a role at the text size shown now, with tabular figures."""
    return QFont(_font(role, _Look.scale))  # a copy: some callers change theirs


@lru_cache(maxsize=64)
def _font(role: Role, scale: float) -> QFont:
    """Made once: labels ask for their font at every repaint."""
    pixels, weight = _RAMP[role]
    made = QFont(FAMILY)
    made.setPixelSize(round(pixels * scale))
    made.setWeight(QFont.Weight(weight))
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply_theme(app: QApplication, scheme: Scheme = "system", scale: float = 1.0) -> None:
    """Dresses the whole application; may be called again at any time to switch live.

    Args:
        app: the application.
        scheme: ``system`` follows the desktop and goes on following it.
        scale: text size, one of `TEXT_SIZES`; scales type, rows and icons together.
    """
    _register_fonts()
    _follow_system(app)
    _Look.scheme, _Look.scale = scheme, scale
    _tell_platform(app, scheme)
    _Look.tokens = _resolve(app, scheme)
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(_Look.tokens))
    _set_fonts(app)
    app.setStyleSheet(style.sheet(_Look.tokens, px))
    events.changed.emit()


def palette(colors: Tokens) -> QPalette:
    """The full palette of a theme: every role, with its disabled shade."""
    made = QPalette()
    for role, value in _roles(colors).items():
        made.setColor(role, QColor(value))
    off = QPalette.ColorGroup.Disabled
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
        QPalette.ColorRole.PlaceholderText,
        QPalette.ColorRole.ToolTipText,
        QPalette.ColorRole.Link,
    ):
        made.setColor(off, role, QColor(colors.outline))
    made.setColor(off, QPalette.ColorRole.Highlight, QColor(colors.hover))
    made.setColor(off, QPalette.ColorRole.Accent, QColor(colors.hover))
    made.setColor(off, QPalette.ColorRole.HighlightedText, QColor(colors.outline))
    return made


def _roles(colors: Tokens) -> dict[QPalette.ColorRole, str]:
    role = QPalette.ColorRole
    return {
        role.Window: colors.bar,
        role.WindowText: colors.text,
        role.Base: colors.raised,
        role.AlternateBase: colors.panel,
        role.ToolTipBase: colors.panel,
        role.ToolTipText: colors.text,
        role.PlaceholderText: colors.faint,
        role.Text: colors.text,
        role.Button: colors.raised,
        role.ButtonText: colors.text,
        role.BrightText: colors.error,
        # Fusion outlines boxes with shades of these; left alone they vanish on a dark window.
        role.Light: colors.hover if colors.dark else colors.raised,
        role.Midlight: colors.hover,
        role.Mid: colors.line,
        role.Dark: colors.outline,
        role.Shadow: colors.surround if colors.dark else colors.outline,
        role.Highlight: colors.accent,
        role.HighlightedText: colors.on_accent,
        role.Accent: colors.accent,
        role.Link: colors.accent,
        role.LinkVisited: colors.accent,
    }


def _set_fonts(app: QApplication) -> None:
    app.setFont(font("label"))
    for widget_class in ("QMenu", "QMenuBar"):
        app.setFont(font("menu"), widget_class)  # type: ignore[arg-type]  # the stub wants bytes
    QToolTip.setFont(font("label"))
    QToolTip.setPalette(palette(_Look.tokens))


def _register_fonts() -> None:
    if _Look.fonts_ready:
        return
    for cut in ("Regular", "Medium", "SemiBold"):
        QFontDatabase.addApplicationFont(str(asset(f"fonts/Inter-{cut}.ttf")))
    _Look.fonts_ready = True


def _follow_system(app: QApplication) -> None:
    if _Look.following:
        return
    app.styleHints().colorSchemeChanged.connect(_system_changed)
    _Look.following = True


def _system_changed() -> None:
    app = QApplication.instance()
    if not isinstance(app, QApplication) or _Look.scheme != "system":
        return
    if _resolve(app, "system") is not _Look.tokens:
        apply_theme(app, "system", _Look.scale)


def _tell_platform(app: QApplication, scheme: Scheme) -> None:
    """Lets the platform draw title bars and native dialogs in the same scheme."""
    hints = app.styleHints()
    if scheme == "system":
        hints.unsetColorScheme()
    else:
        wanted = Qt.ColorScheme.Dark if scheme == "dark" else Qt.ColorScheme.Light
        hints.setColorScheme(wanted)


def _resolve(app: QApplication, scheme: Scheme) -> Tokens:
    if scheme == "system":
        return LIGHT if app.styleHints().colorScheme() is Qt.ColorScheme.Light else DARK
    return DARK if scheme == "dark" else LIGHT
