"""Paste: a picture in which only a hole shows what the model draws."""

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from latentstudio.core.mask import Mask
from latentstudio.core.origin import Origin

if TYPE_CHECKING:
    from latentstudio.core.recipe import Recipe

Rgb = npt.NDArray[np.uint8]
Seam = Literal["poisson", "feather", "none"]
PLAIN = Origin()
SEAMS: tuple[Seam, ...] = ("poisson", "feather", "none")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels uint8 [H, W, 3] of the user's, with a name for people; compares by digest.

    ``origin`` is what else its file holds, which sessions and saved pictures leave out.
    """

    pixels: Rgb
    name: str = ""
    origin: Origin = PLAIN
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels, np.uint8, order="C")  # a copy of our own, then read-only
        if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            raise ValueError(f"a picture is uint8 [H, W, 3], not {pixels.shape}")
        pixels.setflags(write=False)
        digest = hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
        object.__setattr__(self, "pixels", pixels)
        object.__setattr__(self, "digest", digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and (other.digest, other.name) == (self.digest, self.name)

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def nbytes(self) -> int:
        """Memory of its pixels."""
        rgba = self.origin.rgba
        return self.pixels.nbytes + (0 if rgba is None else rgba.nbytes)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        height, width = self.pixels.shape[:2]
        return width, height


@dataclass(frozen=True, slots=True)
class Paste:
    """What is drawn is seen in the hole of a picture only.

    Attributes:
        mask: the hole, [R, R].
        picture: the rest, [R, R, 3]; None where a file left the user's photo out.
        blend: how the seam is treated: Poisson, feathered, or cut.
        face: the recipe whose picture it is, where it is a generated face: it stands for the
            pixels in files that leave photos out.
    """

    mask: Mask
    picture: Picture | None = None
    blend: Seam = "poisson"
    face: "Recipe | None" = None

    @property
    def missing(self) -> bool:
        """Whether the picture was left out of a file and nothing stands for it."""
        return self.picture is None and self.face is None

    @property
    def parts(self) -> dict[int, int]:
        """Bytes of each array of pixels in it, by its identity."""
        return parts_of(self.mask, self.picture)

    @property
    def nbytes(self) -> int:
        """Memory of its pixels."""
        return sum(self.parts.values())


def parts_of(mask: Mask | None, picture: Picture | None) -> dict[int, int]:
    """Bytes of each array of pixels, by its identity."""
    found = {} if mask is None else {id(mask): mask.levels.nbytes}
    if picture is not None:
        found[id(picture)] = picture.nbytes
    return found
