"""Icons exist, take the colours of the theme and stay crisp."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QColor, QIcon, QImage, QPixmap
from PySide6.QtWidgets import QApplication

import latentstudio.ui
from latentstudio.resources import asset
from latentstudio.ui import icons, theme

SOURCES = Path(latentstudio.ui.__file__).parent


def opaque_colors(drawn: QPixmap) -> set[str]:
    image = drawn.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    every = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return {color.name() for color in every if color.alpha() > 150}


def close(one: str, other: str) -> bool:
    a, b = QColor(one), QColor(other)
    return max(abs(a.red() - b.red()), abs(a.green() - b.green()), abs(a.blue() - b.blue())) < 8


@pytest.mark.parametrize("name", icons.names())
def test_every_drawing_can_be_drawn_in_one_colour(name: str) -> None:
    text = asset(f"icons/{name}.svg").read_text("utf-8")
    assert "currentColor" in text
    assert 'stroke-width="2"' in text, "the stroke is set when it is loaded"
    drawn = icons.pixmap(name, 32, "accent")
    assert drawn.size().width() == 32
    assert all(close(color, theme.tokens().accent) for color in opaque_colors(drawn))


def test_every_icon_that_is_named_exists() -> None:
    call = re.compile(r'(?:IconButton|dress|pixmap|EmptyState)\(\s*(?:\w+, )?"([a-z0-9-]+)"')
    keyword = re.compile(r'icon ?= ?"([a-z0-9-]+)"')
    for source in SOURCES.rglob("*.py"):
        text = source.read_text("utf-8")
        for name in [*call.findall(text), *keyword.findall(text)]:
            assert name in icons.names(), f"{source.name} wants {name}"


def test_twice_the_pixels_at_ratio_two() -> None:
    drawn = icons.pixmap("play", 16, "muted", 2.0)
    assert drawn.width() == 32
    assert drawn.deviceIndependentSize().width() == 16


def test_disabled_icons_are_in_the_outline_colour() -> None:
    drawn = icons.icon("square-dashed", "text").pixmap(16, 16, QIcon.Mode.Disabled)
    assert any(close(color, theme.tokens().outline) for color in opaque_colors(drawn))


def test_a_dressed_action_follows_the_theme(qapp: QApplication) -> None:
    action = QAction("Play")
    icons.dress(action, "play", "text")
    dark = action.icon().pixmap(16).toImage()
    theme.apply_theme(qapp, "light")
    light = action.icon().pixmap(16).toImage()
    theme.apply_theme(qapp, "dark")
    assert dark != light
    assert action.icon().pixmap(16).toImage() == dark


def test_the_sign_of_the_program() -> None:
    assert not icons.mark(20, 2.0).isNull()
    assert not icons.app_icon().pixmap(64).isNull()
