"""What noise changes: the deviation of every pixel over several draws, and how it is shown."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from latentstudio.core.colormap import Colors, colored
from latentstudio.core.recipe import Recipe

DRAWS = 16
_STEPS = (1.0, 2.0, 5.0)
_MOST = 500.0


@dataclass(frozen=True)
class Variation:
    """The standard deviation over noise draws (Karras et al. 2019, figure 4).

    Attributes:
        recipe: the face.
        deviation: of each pixel, float32 [H, W], in levels of 255.
        draws: how many pictures it was taken over.
    """

    recipe: Recipe
    deviation: npt.NDArray[np.float32]
    draws: int = DRAWS

    @property
    def top(self) -> float:
        """The end of the scale: the next of 1, 2, 5, 10, 20 ... above the greatest deviation.

        No two pictures are further apart than 255; what is no number counts as that.
        """
        peak = float(self.deviation.max())
        ends = (start * step for step in (1.0, 10.0, 100.0) for start in _STEPS)
        return next((end for end in ends if peak <= end), _MOST)

    @property
    def colors(self) -> Colors:
        """The heat map, uint8 RGB [H, W, 3]."""
        return colored(self.deviation, self.top)

    @property
    def words(self) -> str:
        """What the map says, in one line."""
        peak = float(self.deviation.max())
        if peak == 0.0:
            return "The noise changes nothing in this picture."
        return f"Typically {float(np.median(self.deviation)):.1f} levels of 255, at most {peak:.1f}"
