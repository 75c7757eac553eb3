"""Sheets of pictures, for looking at a run."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor

from latentstudio.core.files import atomic_write


def save_grid(path: Path, images: npt.NDArray[np.uint8], columns: int) -> None:
    """Write pictures uint8 [N, H, W, 3] as one PNG of ``columns`` columns; N fills whole rows."""
    count, height, width, _ = images.shape
    rows = images.reshape(count // columns, columns, height, width, 3).transpose(0, 2, 1, 3, 4)
    buffer = io.BytesIO()
    sheet = rows.reshape(count // columns * height, columns * width, 3)
    Image.fromarray(sheet).save(buffer, "PNG")
    atomic_write(path, buffer.getvalue())


def to_pixels(images: Tensor) -> npt.NDArray[np.uint8]:
    """Float [B, 3, H, W] in [-1, 1] as uint8 [B, H, W, 3], rounded to the nearest level."""
    levels = (images.detach() * 127.5 + 127.5).round().clamp(0, 255)
    return levels.permute(0, 2, 3, 1).byte().contiguous().cpu().numpy()
