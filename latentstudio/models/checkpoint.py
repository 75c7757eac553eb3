"""Native model files: writes them, reads their tensors, fills networks with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from latentstudio.core.bundle import (
    DISCRIMINATOR,
    GENERATOR,
    METADATA_KEY,
    STATS,
    Card,
    direction_vectors,
    read_card,
)
from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write

Tensors = Mapping[str, Tensor]
M = TypeVar("M", bound=nn.Module)


@dataclass(frozen=True)
class Bundle:
    """A model file, opened: its card and the tensors that were asked for, as stored."""

    card: Card

    @cached_property
    def generator(self) -> Tensors:
        """The averaged weights; names without their prefix."""
        return _read_tensors(self.card, GENERATOR)

    @cached_property
    def discriminator(self) -> Tensors:
        """The critic's weights; empty without a critic."""
        return _read_tensors(self.card, DISCRIMINATOR)

    @cached_property
    def stats(self) -> Tensors:
        """Statistics, float32: ``style_mean`` [L, D] and what else the trainer measured."""
        return _read_tensors(self.card, STATS)

    def mean_style(self, dim: int) -> Tensor:
        """The mean style, float32 [1, L or 1, dim].

        Raises:
            StudioError: there is none of this length.
        """
        mean = self.stats.get("style_mean")
        if mean is None or mean.shape[-1] != dim:
            raise StudioError(
                f"{self.card.name} has no mean style",
                "truncation needs it",
                "Export the model again.",
            )
        return mean.float().reshape(1, -1, dim)

    @property
    def critic_real(self) -> tuple[float, float]:
        """Mean and spread of the critic's number on real faces; (0, 1) where nobody measured."""
        stored = self.stats.get("critic_real")
        if stored is None or stored.shape != (2,) or not bool(stored.isfinite().all()):
            return 0.0, 1.0
        mean, spread = stored.tolist()
        return mean, max(spread, 1e-3)


def open_bundle(path: str | Path) -> Bundle:
    """Open a model file; its card is checked now, its tensors are read when they are asked for.

    Raises:
        StudioError: as ``read_card``.
    """
    return Bundle(read_card(path))


def save_bundle(
    path: Path,
    card: Card,
    generator: Tensors,
    discriminator: Tensors | None = None,
    stats: Tensors | None = None,
    *,
    half: bool = False,
) -> Card:
    """Write a model file, whole or not at all.

    Args:
        path: the file, ``NAME.safetensors``.
        card: what the file says of itself, its directions included; its path and tensors are not
            looked at.
        generator: the averaged weights by name, without prefix.
        discriminator: the critic's weights, likewise.
        stats: float32 statistics, likewise.
        half: store matrices and kernels in float16. Vectors (gains, biases, the moments of batch
            norm) and statistics stay float32.

    Returns:
        The card as it is read back from the file.

    Raises:
        StudioError: the file cannot be written.
    """
    tensors: dict[str, Tensor] = {}
    for prefix, part in ((GENERATOR, generator), (DISCRIMINATOR, discriminator), (STATS, stats)):
        for name, tensor in (part or {}).items():
            if not name.endswith("num_batches_tracked"):  # a training counter, no weight
                small = half and prefix != STATS and tensor.ndim >= 2
                tensors[prefix + name] = _stored(tensor, small)
    for name, vector in direction_vectors(card.directions).items():
        tensors[name] = torch.tensor(vector.array)
    # Its own writer hides from us that a disk is full.
    atomic_write(path, save(tensors, metadata={METADATA_KEY: card.to_json()}))
    return read_card(path)


def fill(make: Callable[[], M], tensors: Tensors, part: str, source: str) -> M:
    """A network of float32 weights from stored tensors, frozen and in evaluation mode.

    Nothing is allocated before every name and shape fits.

    Args:
        make: makes the network.
        tensors: by name, as stored.
        part: for a sentence: ``generator`` or ``discriminator``.
        source: for a sentence: the file's name.

    Raises:
        StudioError: a tensor is missing, superfluous or of another shape.
    """
    with torch.device("meta"):
        network = make()
    wanted = {
        name: tuple(tensor.shape)
        for name, tensor in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    given = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    if wanted != given:
        raise StudioError(
            f"The {part} in {source} does not fit its description",
            _difference(wanted, given),
            "Download the file again, or export it again.",
        )
    state = {name: tensor.float() for name, tensor in tensors.items()}
    network.load_state_dict(state, strict=False, assign=True)
    for norm in network.modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.num_batches_tracked = torch.tensor(0)
    return network.eval().requires_grad_(False)


def _read_tensors(card: Card, prefix: str) -> Tensors:
    assert card.path is not None
    names = [name for name in card.tensors if name.startswith(prefix)]
    try:
        with safe_open(card.path, framework="pt", device="cpu") as file:
            return {name.removeprefix(prefix): file.get_tensor(name) for name in names}
    except (OSError, SafetensorError) as error:
        raise StudioError(
            f"Could not read the model {card.path.name}",
            str(error),
            "The file has changed or gone since it was opened; open it again.",
        ) from error


def _stored(tensor: Tensor, small: bool) -> Tensor:
    tensor = tensor.detach().cpu()
    if tensor.is_floating_point():
        tensor = tensor.to(torch.float16 if small else torch.float32)
    return tensor.clone(memory_format=torch.contiguous_format)


def _difference(wanted: Mapping[str, tuple[int, ...]], given: Mapping[str, tuple[int, ...]]) -> str:
    for name, shape in wanted.items():
        if name not in given:
            return f"the tensor {name} is missing"
        if given[name] != shape:
            return f"the tensor {name} is {list(given[name])}, not {list(shape)}"
    return f"the tensor {min(set(given) - set(wanted))} has no place"
