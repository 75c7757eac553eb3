"""Icons: Lucide drawings tinted from the palette, crisp at every pixel ratio."""

from functools import cache, lru_cache
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from latentstudio.resources import asset
from latentstudio.ui import theme

STROKE = 1.75
_RATIOS = (1.0, 2.0)
_OWN_COLORS = {"#3FD0B0": "accent", "#ECEEF1": "text"}


class HasIcon(Protocol):
    """Anything with Qt's ``setIcon``: an action, a stock button."""

    def setIcon(self, icon: QIcon, /) -> None: ...


@cache
def names() -> tuple[str, ...]:
    """The names of all drawings, as Lucide calls them."""
    files = asset("icons").glob("*.svg")
    return tuple(sorted(file.stem for file in files if file.stem != "latentstudio"))


def pixmap(name: str, size: int = 16, token: str = "muted", dpr: float = 1.0) -> QPixmap:
    """A drawing in one colour.

    Args:
        name: one of `names`.
        size: edge in device-independent pixels.
        token: a colour token of the theme.
        dpr: device pixels per device-independent pixel.
    """
    return _drawn(name, size, theme.color(token).name(), dpr)


def icon(name: str, token: str = "muted", size: int = 16) -> QIcon:
    """An icon in the colours shown now; `dress` keeps one in step with the theme.

    Hovered and chosen it is brighter, disabled it takes the outline colour.
    """
    made = QIcon()
    lit = "text" if token == "muted" else token
    pixels = theme.px(size)
    for dpr in _RATIOS:
        made.addPixmap(pixmap(name, pixels, token, dpr), QIcon.Mode.Normal)
        made.addPixmap(pixmap(name, pixels, lit, dpr), QIcon.Mode.Active)
        made.addPixmap(pixmap(name, pixels, lit, dpr), QIcon.Mode.Selected)
        made.addPixmap(pixmap(name, pixels, "outline", dpr), QIcon.Mode.Disabled)
    return made


def dress(target: HasIcon, name: str, token: str = "muted") -> None:
    """Gives a target an icon and draws it anew whenever the theme changes."""
    _Dresser(target, name, token)


class _Dresser(QObject):
    """Lives as long as its target and re-tints its icon."""

    def __init__(self, target: HasIcon, name: str, token: str) -> None:
        super().__init__(target if isinstance(target, QObject) else None)
        self._target, self._name, self._token = target, name, token
        theme.events.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self._target.setIcon(icon(self._name, self._token))


def mark(size: int = 24, dpr: float = 1.0) -> QPixmap:
    """The program's own sign in the colours of the theme."""
    svg = asset("icons/latentstudio.svg").read_text("utf-8")
    for own, token in _OWN_COLORS.items():
        svg = svg.replace(own, theme.color(token).name())
    return _render(svg, size, dpr)


def app_icon() -> QIcon:
    """The icon of the window and the task bar: the sign on a dark tile."""
    made = QIcon()
    for size in (16, 24, 32, 48, 64, 128, 256):
        made.addPixmap(_tile(size))
    return made


def _tile(size: int) -> QPixmap:
    tile = QPixmap(size, size)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.DARK.panel))
    painter.drawRoundedRect(tile.rect(), size * 0.22, size * 0.22)
    inner = QRectF(size * 0.18, size * 0.18, size * 0.64, size * 0.64)
    QSvgRenderer(str(asset("icons/latentstudio.svg"))).render(painter, inner)
    painter.end()
    return tile


@lru_cache(maxsize=1024)
def _drawn(name: str, size: int, tint: str, dpr: float) -> QPixmap:
    svg = asset(f"icons/{name}.svg").read_text("utf-8")
    svg = svg.replace("currentColor", tint).replace('stroke-width="2"', f'stroke-width="{STROKE}"')
    return _render(svg, size, dpr)


def _render(svg: str, size: int, dpr: float) -> QPixmap:
    made = QPixmap(QSize(size, size) * dpr)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    made.setDevicePixelRatio(dpr)
    return made
