"""The colour maps can be read by people who see fewer colours."""

import numpy as np
import numpy.typing as npt
import pytest

from latentstudio.core.colormap import sequential, to_oklab
from latentstudio.ui.theme import DARK, LIGHT, Tokens

Floats = npt.NDArray[np.float64]

# Machado, Oliveira and Fernandes 2009, "A physiologically-based model for simulation of color
# vision deficiency", table 1, severity 1.0; they act on linear light.
SEEN_BY = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def seen(rgb: Floats, kind: str) -> Floats:
    """Colours [N, 3] from 0 to 1 as somebody with dichromacy sees them."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(SEEN_BY[kind]).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def colors(*values: str) -> Floats:
    return np.array([[int(v[i : i + 2], 16) for i in (1, 3, 5)] for v in values]) / 255


@pytest.mark.parametrize("kind", SEEN_BY)
def test_lightness_of_the_map_rises_for_everyone(kind: str) -> None:
    lightness = to_oklab(seen(sequential() / 255, kind))[:, 0]
    eighths = lightness[:: len(lightness) // 8]
    assert (np.diff(eighths) > 0.04).all()
    assert (np.diff(lightness) > -0.004).all()  # rounding to whole levels
    assert lightness[-1] - lightness[0] > 0.7


@pytest.mark.parametrize("kind", SEEN_BY)
@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_the_ends_of_the_diverging_map_are_told_apart(tokens: Tokens, kind: str) -> None:
    low, middle, high = to_oklab(seen(colors(tokens.low, tokens.raised, tokens.high), kind))
    for one, other in ((low, high), (low, middle), (high, middle)):
        assert np.linalg.norm(one - other) > 0.1  # five times what is just seen
