"""The colours hold their contrasts; palette, type and text size follow a live switch."""

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from latentstudio.ui import theme
from latentstudio.ui.theme import DARK, LIGHT, Tokens

GROUNDS = ("surround", "bar", "panel", "raised", "hover", "selected")
# worst case over all grounds, per token: dark, light
LEAST = {
    "text": (10.4, 12.9),
    "muted": (5.6, 5.5),
    "faint": (4.6, 4.8),
    "accent": (6.3, 5.0),
    "warning": (7.0, 5.0),
    "error": (5.0, 4.8),
    "a": (5.6, 4.7),
    "b": (5.6, 4.7),
    "c": (5.6, 4.7),
    "d": (5.6, 4.7),
}


def luminance(value: str) -> float:
    """Relative luminance of a colour, WCAG 2."""
    color = QColor(value)
    channels = (color.redF(), color.greenF(), color.blueF())
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("token", LEAST)
@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_words_can_be_read_on_every_ground(colors: Tokens, token: str) -> None:
    least = LEAST[token][0 if colors.dark else 1]
    worst = min(contrast(getattr(colors, token), getattr(colors, ground)) for ground in GROUNDS)
    assert round(worst, 1) >= least


@pytest.mark.parametrize(
    ("colors", "on_accent", "on_data"), [(DARK, 8.8, 9.1), (LIGHT, 6.9, 6.5)], ids=["dark", "light"]
)
def test_letters_can_be_read_on_colours(colors: Tokens, on_accent: float, on_data: float) -> None:
    assert contrast(colors.on_accent, colors.accent) >= on_accent - 0.05
    worst = min(contrast(colors.on_data, getattr(colors, letter)) for letter in theme.DATA)
    assert round(worst, 1) >= on_data


@pytest.mark.parametrize(("colors", "on_panel", "on_raised"), [(DARK, 3.6, 3.1), (LIGHT, 3.6, 3.9)])
def test_edges_of_controls_can_be_seen(colors: Tokens, on_panel: float, on_raised: float) -> None:
    assert round(contrast(colors.outline, colors.panel), 1) >= on_panel
    assert round(contrast(colors.outline, colors.raised), 1) >= on_raised


def test_the_knob_stands_out() -> None:
    assert contrast(DARK.knob, DARK.panel) > 16


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_every_role_of_the_palette_is_ours(colors: Tokens) -> None:
    ours = {getattr(colors, name).lower() for name in theme.TOKEN_NAMES}
    made = theme.palette(colors)
    groups = (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive)
    for role in QPalette.ColorRole:
        if role not in (QPalette.ColorRole.NoRole, QPalette.ColorRole.NColorRoles):
            for group in (*groups, QPalette.ColorGroup.Disabled):
                assert made.color(group, role).name() in ours, (role, group)
    text = QPalette.ColorRole.Text
    assert made.color(QPalette.ColorGroup.Disabled, text).name() == colors.outline.lower()


def test_switching_is_live(qapp: QApplication) -> None:
    heard: list[bool] = []
    listen = lambda: heard.append(theme.tokens().dark)  # noqa: E731
    theme.events.changed.connect(listen)
    theme.apply_theme(qapp, "light")
    assert qapp.palette().window().color().name() == LIGHT.bar.lower()
    theme.apply_theme(qapp, "dark")
    assert qapp.palette().window().color().name() == DARK.bar.lower()
    theme.events.changed.disconnect(listen)
    assert heard == [False, True]


def test_system_is_dark_where_the_desktop_does_not_say(qapp: QApplication) -> None:
    theme.apply_theme(qapp, "system")
    assert theme.tokens() in (DARK, LIGHT)
    theme.apply_theme(qapp, "dark")


@pytest.mark.parametrize("scale", theme.TEXT_SIZES)
def test_text_size_scales_type_and_lengths(qapp: QApplication, scale: float) -> None:
    theme.apply_theme(qapp, "dark", scale)
    assert theme.font("heading").pixelSize() == round(13 * scale)
    assert theme.px(28) == round(28 * scale)
    assert qapp.font().pixelSize() == round(12 * scale)
    theme.apply_theme(qapp, "dark")


@pytest.mark.parametrize(("role", "weight"), [("label", 400), ("strong", 500), ("heading", 600)])
def test_the_bundled_font_is_used(role: theme.Role, weight: int) -> None:
    font = theme.font(role)
    assert QFontInfo(font).family() == theme.FAMILY
    assert QFontInfo(font).weight() == weight
    advance = QFontMetrics(font).horizontalAdvance
    assert len({advance(digit * 8) for digit in "0123456789"}) == 1, "figures are tabular"


def test_stock_widgets_take_the_font(qapp: QApplication) -> None:
    assert qapp.font(QLabel.__name__).family() == theme.FAMILY  # type: ignore[call-overload]
    assert qapp.font("QMenu").pixelSize() == 13  # type: ignore[call-overload]


def test_colors_can_be_made_transparent() -> None:
    assert theme.color("accent", 0.5).alphaF() == pytest.approx(0.5, abs=0.01)
    assert theme.color("accent").name() == theme.tokens().accent.lower()
