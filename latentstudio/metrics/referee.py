"""The referee: a small network that names the attributes of a drawn face, and gives features.

A photo network is the wrong judge of cartoons, so metrics and directions ask one that learned from
labelled drawings (``latentstudio-train referee``). Its file is a safetensors file in half precision
whose metadata entry ``latentstudio`` is the card, a JSON object.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from latentstudio.core.bundle import METADATA_KEY
from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.files import atomic_write
from latentstudio.core.untrusted import explained
from latentstudio.metrics.referee_card import (
    COARSEST,
    HINT,
    Head,
    RefereeCard,
    RefereeConfig,
    read_referee_card,
)
from latentstudio.models.checkpoint import Tensors, fill
from latentstudio.models.layers import StemConv2d
from latentstudio.resources import assets

__all__ = [
    "FEATURES",
    "TRUSTED",
    "Head",
    "Referee",
    "RefereeNetwork",
    "initialise",
    "open_referee",
    "random_referee",
    "referee_names",
    "save_referee",
]

FEATURES = 128
"""Length of the embedding."""

TRUSTED = 0.97
"""A factor that is read worse than this on held-out real faces is not judged by."""

_CHUNK = 256  # pictures that go through the network together
_WIDTHS = (16, 16, 32, 64, 128, 128)  # of the random control: as many of the last as fit
_RESIDUALS = (0, 0, 0, 1, 1, 0)


class RefereeNetwork(nn.Module):
    """Pictures [B, 3, R, R] to the numbers of all heads, side by side.

    Strided convolutions, each followed by residual blocks (He et al. 2016, figure 2); the last map
    keeps its 4x4 places on the way to the embedding, because pose is among the factors. Batch norm
    is for training alone: ``latentstudio.models.layers.fold_norms`` puts it into the weights.
    """

    def __init__(self, config: RefereeConfig, *, batch_norm: bool = False) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        before = 3
        for width, count in zip(config.widths, config.residuals, strict=True):
            residuals = [_Residual(width, batch_norm) for _ in range(count)]
            stages.append(nn.Sequential(_halving(before, width, batch_norm), *residuals))
            before = width
        self.stages = nn.ModuleList(stages)
        to_features = nn.Conv2d(before, FEATURES, COARSEST)
        self.embedding = nn.Sequential(to_features, _norm(FEATURES, batch_norm))
        outputs = sum(head.outputs for head in config.heads)
        self.heads = nn.Linear(FEATURES, outputs) if outputs else nn.Identity()

    def maps(self, images: Tensor) -> list[Tensor]:
        """The output of each stage, finest first: [B, width, R / 2^stage, ...]."""
        maps: list[Tensor] = []
        for stage in self.stages:
            maps.append(stage(maps[-1] if maps else images))
        return maps

    def embed(self, images: Tensor) -> Tensor:
        """The embedding [B, 128], not rectified."""
        features: Tensor = self.embedding(self.maps(images)[-1])
        return features.flatten(1)

    def judge(self, features: Tensor) -> Tensor:
        """The numbers of all heads for embeddings: [B, outputs]."""
        numbers: Tensor = self.heads(torch.relu(features))
        return numbers

    def forward(self, images: Tensor) -> Tensor:
        return self.judge(self.embed(images))


class Referee:
    """A referee that is ready to judge; all pictures are float32 [B, 3, R, R] in [-1, 1].

    Attributes:
        name: what metrics name it by.
        resolution: side of the pictures it reads, in pixels.
        heads: the factors it reads.
        accuracy: on held-out faces, by factor: the share read rightly, or R^2 of a number.
        card: all that its file says.
        weights_hash: sha256 over shape, heads and weights, as lower-case hexadecimal.
    """

    def __init__(self, card: RefereeCard, network: RefereeNetwork) -> None:
        self.card = card
        self.name = card.name
        self.resolution = card.config.resolution
        self.heads = card.config.heads
        self.accuracy = card.accuracy
        self.weights_hash = _hash_weights(card.config, network.state_dict())
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._network = network

    @property
    def trusted(self) -> tuple[str, ...]:
        """The factors that it reads on at least 97 % of held-out faces; judge by no others."""
        return _trusted(self.accuracy)

    def trusted_in(self, styles: Iterable[str]) -> tuple[str, ...]:
        """The factors that it reads in each of these styles; for models of fewer styles.

        A mouth may be plain in one style and a single faint line in another, so more factors are
        read in few styles than in all. Factors that vary in one of the styles only count as well.

        Args:
            styles: names of styles that it learned from; unknown ones are read in nothing. They do
                not matter to a referee that learned a single style.
        """
        trusted = _trusted(self.accuracy_in(styles))
        return tuple(head.name for head in self.heads if head.name in trusted)

    def accuracy_in(self, styles: Iterable[str]) -> Mapping[str, float]:
        """How well each factor is read in the worst of these styles; as ``trusted_in``."""
        if not self.card.accuracy_by_style:
            return self.accuracy
        tables = [self.card.accuracy_by_style.get(style, {}) for style in styles]
        if not all(tables):
            return {}
        worst = {
            head.name: min(table[head.name] for table in tables if head.name in table)
            for head in self.heads
            if any(head.name in table for table in tables)
        }
        if len(tables) > 1 and "style" in self.accuracy:
            worst["style"] = self.accuracy["style"]
        return worst

    def features(self, images: Tensor) -> Tensor:
        """The embedding [B, 128] of pictures.

        Raises:
            ValueError: pictures of another shape.
        """
        return _by_chunks(self._network.embed, self._checked(images))

    def maps(self, images: Tensor) -> list[Tensor]:
        """The output of each stage for pictures, finest first; differentiable in them.

        Raises:
            ValueError: pictures of another shape.
        """
        return self._network.maps(self._checked(images))

    def read(self, images: Tensor) -> dict[str, Tensor]:
        """What pictures show, by factor; see ``read_features``."""
        return self.read_features(self.features(images))

    def read_features(self, features: Tensor) -> dict[str, Tensor]:
        """What embeddings [B, 128] tell, by factor.

        Returns:
            For a category its probabilities [B, V], for a number [B] in the factor's own unit (it
            may lie somewhat outside the range).
        """
        if not self.heads:
            return {}
        numbers = self._network.judge(features)
        parts = torch.split(numbers, [head.outputs for head in self.heads], dim=1)
        return {
            head.name: part.softmax(1) if head.values else head.from_unit(part[:, 0])
            for head, part in zip(self.heads, parts, strict=True)
        }

    def feature_maps(self, images: Tensor) -> list[Tensor]:
        """The output of each stage, finest first, for a perceptual distance.

        Returns:
            [B, width, R / 2, R / 2] down to [B, width, 4, 4], not negative, not normalised.

        Raises:
            ValueError: pictures of another shape.
        """
        return self._network.maps(self._checked(images))

    def _checked(self, images: Tensor) -> Tensor:
        shape = (3, self.resolution, self.resolution)
        if tuple(images.shape[1:]) != shape:
            raise ValueError(f"{self.name} reads pictures {shape}, not {tuple(images.shape[1:])}")
        return images.contiguous(memory_format=torch.channels_last)


def referee_names() -> tuple[str, ...]:
    """The referees that come with the studio, sorted."""
    return tuple(sorted(_bundled()))


def open_referee(name: str | Path) -> Referee:
    """Open a referee by its bundled name or its file.

    Raises:
        StudioError: no such referee; a file that is damaged, of a newer format or no referee.
    """
    bundled = _bundled()
    path = bundled.get(str(name)) or Path(name)
    if not path.suffix and not path.exists():
        detail = "it is neither a bundled referee nor a file"
        raise StudioError(f"Unknown referee {name}", detail, nearest(str(name), bundled))
    card = read_referee_card(path)
    tensors = _read_tensors(path)
    network = fill(lambda: RefereeNetwork(card.config), tensors, "referee", path.name)
    return Referee(card, network)


def random_referee(resolution: int, seed: int = 0) -> Referee:
    """The control: a network of random weights with the shape of the bundled referees.

    It reads nothing and has features; what holds under it as well is no merit of the attributes.

    Raises:
        StudioError: a resolution that is not 4 times a power of two.
    """
    with explained(f"No referee has {resolution} pixels", "Choose 16, 32, 64, 128 or 256."):
        stages = min(max(resolution // COARSEST, 2).bit_length() - 1, len(_WIDTHS))
        config = RefereeConfig(resolution, _WIDTHS[-stages:], _RESIDUALS[-stages:])
    network = RefereeNetwork(config)
    initialise(network, torch.Generator().manual_seed(seed))
    return Referee(RefereeCard(f"random{resolution}", config), network.eval().requires_grad_(False))


def initialise(network: RefereeNetwork, random: torch.Generator) -> None:
    """Draw weights for rectifiers (He et al. 2015, equation 10), in place; biases are 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=random)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)


class _Residual(nn.Module):
    """Two convolutions beside the identity (He et al. 2016, figure 2)."""

    def __init__(self, width: int, batch_norm: bool) -> None:
        super().__init__()
        self.first = nn.Sequential(*_conv(width, width, 1, batch_norm), nn.ReLU())
        self.second = nn.Sequential(*_conv(width, width, 1, batch_norm))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.second(self.first(x)))


def _halving(before: int, width: int, batch_norm: bool) -> nn.Sequential:
    if before == 3:
        return nn.Sequential(StemConv2d(3, width), nn.ReLU())
    return nn.Sequential(*_conv(before, width, 2, batch_norm), nn.ReLU())


def _conv(before: int, width: int, stride: int, batch_norm: bool) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(before, width, 3, stride, 1), _norm(width, batch_norm)


def _norm(width: int, batch_norm: bool) -> nn.Module:
    return nn.BatchNorm2d(width) if batch_norm else nn.Identity()


def _trusted(accuracy: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(name for name, value in accuracy.items() if value >= TRUSTED)


def _by_chunks(function: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    return torch.cat([function(part) for part in torch.split(images, _CHUNK)])


def _bundled() -> dict[str, Path]:
    return {file.stem: file for file in (assets() / "referees").glob("*.safetensors")}


# --- the file ------------------------------------------------------------------------------------


def save_referee(path: Path, card: RefereeCard, weights: Tensors) -> None:
    """Write a referee, whole or not at all; matrices and kernels in half precision.

    Args:
        path: the file, ``NAME.safetensors``.
        card: what the file says of itself.
        weights: of a ``RefereeNetwork`` without batch norm, by name.

    Raises:
        StudioError: the file cannot be written.
    """
    stored = {name: _stored(tensor) for name, tensor in weights.items()}
    atomic_write(path, save(stored, metadata={METADATA_KEY: card.to_json()}))


def _stored(tensor: Tensor) -> Tensor:
    dtype = torch.float16 if tensor.ndim >= 2 else torch.float32
    return tensor.detach().cpu().to(dtype).clone(memory_format=torch.contiguous_format)


def _read_tensors(path: Path) -> Tensors:
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as error:
        raise StudioError(f"Could not read the referee {path.name}", str(error), HINT) from error


def _hash_weights(config: RefereeConfig, weights: Tensors) -> str:
    digest = hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode())
    for name in sorted(weights):
        values = weights[name].detach().cpu().float().contiguous().numpy()
        digest.update(f"\n{name} {values.shape}\n".encode())
        digest.update(np.ascontiguousarray(values, "<f4").tobytes())
    return digest.hexdigest()
