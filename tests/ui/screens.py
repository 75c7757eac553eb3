"""Pictures of the window compared with the ones kept beside the tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    import numpy.typing as npt
    from PySide6.QtWidgets import QWidget

FOLDER = Path(__file__).parent / "screens"
MEAN = 2.0  # greatest mean difference, of 255
FAR, FAR_SHARE = 16, 0.005  # at most this share of pixels may be off by more than FAR


def grab(widget: QWidget, ratio: float = 1.0) -> QImage:
    """What a widget shows, at a device pixel ratio of its own."""
    image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(widget.palette().window().color())
    widget.render(image)
    return image


def compare(image: QImage, name: str, update: bool, folder: Path) -> None:
    """Fails if a picture differs from the kept one.

    Args:
        image: what is shown now.
        name: of the kept picture.
        update: keep this one instead.
        folder: where the picture and the differences go on failure.
    """
    kept = FOLDER / f"{name}.png"
    if update:
        FOLDER.mkdir(exist_ok=True)
        image.save(str(kept))
        return
    assert kept.exists(), f"no {kept.name} yet: look at it and run with --update-screens"
    mean, share, difference = _differences(image, QImage(str(kept)))
    if mean < MEAN and share < FAR_SHARE:
        return
    actual, off = folder / f"{name}.actual.png", folder / f"{name}.difference.png"
    image.save(str(actual))
    difference.save(str(off))
    raise AssertionError(f"{name}: mean {mean:.2f}, {share:.2%} far off; see {actual} and {off}")


def pixels(image: QImage) -> npt.NDArray[np.int16]:
    """The colours of a picture, [H, W, 3]."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(plain.constBits(), np.uint8)
    rows = flat.reshape(plain.height(), plain.bytesPerLine())[:, : plain.width() * 4]
    return rows.reshape(plain.height(), plain.width(), 4)[..., :3].astype(np.int16)


def _differences(now: QImage, kept: QImage) -> tuple[float, float, QImage]:
    assert now.size() == kept.size(), f"{now.size()} is not the kept {kept.size()}"
    off = np.abs(pixels(now) - pixels(kept)).max(axis=2)
    shown = np.ascontiguousarray(np.clip(off * 8, 0, 255).astype(np.uint8))
    height, width = shown.shape
    picture = QImage(shown.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    return float(off.mean()), float((off > FAR).mean()), picture
