"""A sequential colour map, dark through magenta to yellow, evenly rising in lightness."""

from functools import cache

import numpy as np
import numpy.typing as npt

Colors = npt.NDArray[np.uint8]
_Floats = npt.NDArray[np.float64]

_STOPS = ("#131118", "#5A1A5E", "#C2337F", "#F08A4B", "#FBF06C")
_SIZE = 256

# OKLab (Ottosson 2020, "A perceptual color space for image processing"): straight lines in it rise
# evenly in lightness, where straight lines in sRGB do not.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


@cache
def sequential() -> Colors:
    """The map: uint8 RGB [256, 3], read-only."""
    stops = np.array([[int(s[i : i + 2], 16) for i in (1, 3, 5)] for s in _STOPS]) / 255
    lab = to_oklab(stops)
    # The stops are placed by their lightness, so that equal steps of the map are equal in it.
    wanted = np.linspace(lab[0, 0], lab[-1, 0], _SIZE)
    path = np.stack([np.interp(wanted, lab[:, 0], lab[:, i]) for i in range(3)], axis=1)
    colors = np.round(np.clip(_from_oklab(path), 0, 1) * 255).astype(np.uint8)
    colors.setflags(write=False)
    return colors


def colored(values: npt.NDArray[np.floating], top: float) -> Colors:
    """Values [...] from 0 to ``top`` as colours, uint8 RGB [..., 3]; beyond it the last one."""
    shares = np.clip(np.asarray(values, np.float64) / top if top > 0 else values * 0.0, 0, 1)
    places = np.round(shares * (_SIZE - 1)).astype(np.intp)
    return sequential()[places]


def to_oklab(rgb: _Floats) -> _Floats:
    """SRGB [N, 3] from 0 to 1 as lightness 0 to 1, green-red and blue-yellow."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: _Floats = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def _from_oklab(lab: _Floats) -> _Floats:
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = np.clip(linear, 0, 1)
    srgb: _Floats = np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055
    )
    return srgb
