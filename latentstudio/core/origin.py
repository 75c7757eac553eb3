"""Origin: what the file of a picture holds beside the 8 bit RGB that the studio works on."""

import io
import re
import struct
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

Rgba = npt.NDArray[np.uint8]

PICTURE_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    AttributeError,
    RuntimeError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""All that Pillow raises over damaged and absurd pictures."""

ORIENTATION = ExifTags.Base.Orientation
# EXIF is laid out as a TIFF, which has tags for sizes, strips, tiles and colours of its own pixels.
_OF_THE_PIXELS = (
    ORIENTATION, *range(254, 260), 262, 273, 277, 278, 279, 284, 317, *range(322, 326), 34675,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What paste back keeps, and what it cannot.

    Attributes:
        rgba: uint8 [H, W, 4], upright, where some of it is transparent; None where nothing is.
        profile: its ICC profile, of RGB colours; empty for none.
        exif: its EXIF, upright; empty for none.
        lost: what of it is not kept, a sentence each.
    """

    rgba: Rgba | None = None
    profile: bytes = b""
    exif: bytes = b""
    lost: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What of it is not seen, a sentence each."""
        return self.lost if self.rgba is None else (*self.lost, "Its transparent parts are white.")


def origin_of(image: Image.Image, upright: Image.Image, lost: tuple[str, ...]) -> Origin:
    """The origin of an image, and of the same upright with 8 bits a channel.

    ``lost`` is what ``simplified`` said of it before it was decoded.
    """
    over = upright.convert("RGBA") if upright.has_transparency_data else None
    clear = over is not None and over.getchannel("A").getextrema() != (255, 255)
    profile = image.info.get("icc_profile") or b""
    if profile[16:20] != b"RGB ":  # the space of its colours (ICC.1, table 17)
        lost = (*lost, "Its colour profile is left out.") if profile else lost
        profile = b""
    try:
        exif = image.getexif()
        for tag in _OF_THE_PIXELS:
            exif.pop(tag, None)
        written = exif.tobytes() if len(exif) else b""
    except PICTURE_ERRORS:
        written, lost = b"", (*lost, "Its damaged EXIF is left out.")
    return Origin(np.asarray(over) if clear else None, profile, written, lost)


def simplified(image: Image.Image) -> tuple[str, ...]:
    """What an image that is opened and not yet decoded loses as 8 bit RGB, a sentence each."""
    lost = []
    if getattr(image, "is_animated", False):
        lost.append("Of its images the first is taken.")
    stored = str(getattr(image, "tile", ""))  # how Pillow decodes it; BGR;16 is 16 bits for all
    if image.mode.startswith(("I", "F")) or re.search(r"(?<!BGR);16", stored):
        lost.append("Of its 16 or more bits a channel 8 are kept.")
    if image.mode in ("CMYK", "LAB"):
        lost.append(f"Its {image.mode} colours become RGB.")
    return tuple(lost)


def png_with(pixels: npt.NDArray[np.uint8], origin: Origin) -> bytes:
    """A PNG of pixels [H, W, 3 or 4] with the profile and EXIF of the file they came from."""
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    image.save(buffer, "PNG", icc_profile=origin.profile, exif=origin.exif)
    return buffer.getvalue()
