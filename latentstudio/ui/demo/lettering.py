"""The ground and the lettering of the demo screen: the studio's own, for a large screen."""

from PySide6.QtGui import QFont

from latentstudio.ui import theme


def lettering(pixels: float, weight: int = 600) -> QFont:
    """The studio's font, so many pixels high (10 at least), 400 to 600 heavy."""
    made = theme.font("title")
    made.setPixelSize(max(10, round(pixels)))
    made.setWeight(QFont.Weight(weight))
    return made


def ground() -> str:
    """The colour token of the screen: on the light surround a track could not be seen."""
    return "surround" if theme.tokens().dark else "panel"
