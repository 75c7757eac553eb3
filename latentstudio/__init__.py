"""Latent Studio: explore, mix and steer the latent space of face generators."""

from typing import TYPE_CHECKING

from latentstudio.core.version import __version__

if TYPE_CHECKING:
    from latentstudio.models.generator import Generator

__all__ = ["__version__", "open_model"]


def open_model(source: str, device: str = "cpu", precision: str = "float32") -> "Generator":
    """Open a generator by bundled name or path; torch is imported here, not before.

    Args:
        source: a bundled name such as ``avatars-dcgan``, or the path of a model file.
        device: ``cpu``, ``cuda``, ``mps`` or ``auto``.
        precision: ``float32``, ``bfloat16`` or ``float16``.

    Raises:
        StudioError: the model is unknown, unreadable or unsafe.
    """
    from latentstudio.models.registry import open_model as open_

    return open_(source, device=device, precision=precision)
