"""A generator without a network: a colour gradient that follows from z, at once and exactly."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.direction import Direction
from latentstudio.core.latent import seed_z
from latentstudio.core.model_info import ModelInfo
from latentstudio.models.generator import Classes, NoiseMode

MEAN = 0.1  # every number of the mean style


def fake_info(
    layers: int = 8,
    classes: Sequence[str] = (),
    noise: bool = False,
    resolution: int = 32,
    z_dim: int = 16,
    name: str = "fake",
    truncation: bool = True,
    directions: Sequence[Direction] = (),
) -> ModelInfo:
    """What a fake can do: 1 layer stands for DCGAN's kind, 8 for StyleGAN's."""
    return ModelInfo(
        name=name,
        family="dcgan" if layers == 1 else "stylegan",
        resolution=resolution,
        z_dim=z_dim,
        style_dim=z_dim,
        style_layers=layers,
        layer_resolutions=tuple(min(4 * 2 ** (i // 2), resolution) for i in range(layers)),
        classes=tuple(classes),
        noise_resolutions=(resolution // 2, resolution) if noise else (),
        has_truncation=truncation,
        output_resolutions=(resolution // 4, resolution // 2, resolution),
        critic="logit",
        parameters=1234,
        model_id=f"id-of-{name}",
        licence="CC0-1.0",
        directions=tuple(directions),
    )


@dataclass
class FakeGenerator:
    """Fulfils ``Generator``; may be told to be slow or to fail.

    Attributes:
        delay: seconds that each picture takes; half as many in half precision.
        error: raised at each picture while it is set; an out-of-memory error only off the CPU.
        drawn: how many pictures were asked for.
        breaks: where so many are drawn together, the second of them is broken, once; copies for
            another device or precision share it.
    """

    info: ModelInfo = field(default_factory=fake_info)
    device: str = "cpu"
    precision: str = "float32"
    delay: float = 0.0
    error: BaseException | None = None
    drawn: int = 0
    state: dict[str, int] = field(default_factory=dict)
    critic_real: tuple[float, float] = (0.0, 1.0)

    @property
    def breaks(self) -> int:
        return self.state.get("breaks", 0)

    @breaks.setter
    def breaks(self, count: int) -> None:
        self.state["breaks"] = count

    def sample_z(self, seeds: Sequence[int]) -> Tensor:
        z = [seed_z(self.info.prior, seed, self.info.z_dim) for seed in seeds]
        return torch.from_numpy(np.stack(z))

    def map(self, z: Tensor, classes: Classes | None = None) -> Tensor:
        """A bent z, so that blends in z and in w differ; classes shift it."""
        w = torch.tanh(z) + self._class_shift(classes, len(z)).to(z.device)
        return w[:, None].expand(-1, self.info.style_layers, -1)

    def truncate(self, styles: Tensor, psi: float = 1.0, cutoff: int | None = None) -> Tensor:
        pulled = MEAN + psi * (styles - MEAN)
        last = self.info.style_layers if cutoff is None else cutoff
        reached = torch.arange(self.info.style_layers, device=styles.device) < last
        return torch.where(reached[None, :, None], pulled, styles)

    def synthesize(
        self,
        styles: Tensor,
        noise: NoiseMode = "const",
        psi: float = 1.0,
        max_resolution: int | None = None,
        *,
        noise_seed: int = 0,
        noise_strengths: Sequence[float] = (),
    ) -> Tensor:
        """A gradient: its colour, slope across and slope down come from the layers in turn."""
        self.drawn += 1
        if self.delay:
            time.sleep(self.delay * (1.0 if self.precision == "float32" else 0.5))
        if self.error is not None:
            raise self.error
        side = min(max_resolution or self.info.resolution, self.info.resolution)
        numbers = styles.float().mean(1)[:, :9].reshape(-1, 3, 3)[..., None, None]
        numbers = numbers + 0.25 * styles.float()[:, -1, :3, None, None, None]
        ramp = torch.linspace(-1, 1, side)
        level, across, down = numbers.unbind(2)
        image = torch.tanh(level + across * ramp + down * ramp[:, None])
        if self.info.has_noise and noise != "none":
            strength = sum(noise_strengths or (1.0, 1.0)) / 2
            image = image + 0.05 * strength * self._noise(noise, noise_seed, side)
        if self.breaks and self.breaks == len(image):
            self.breaks = 0
            second = torch.arange(len(image), device=image.device) == 1
            image = image.masked_fill(second[:, None, None, None], torch.nan)
        return image

    def discriminate(self, images: Tensor, classes: Classes | None = None) -> Tensor | None:
        return None if self.info.critic is None else images.mean((1, 2, 3))

    def critic_features(self, images: Tensor, classes: Classes | None = None) -> list[Tensor]:
        if self.info.critic is None:
            return []
        return [torch.nn.functional.avg_pool2d(images, size) for size in (2, 4)]

    def style_weights(self) -> list[Tensor]:
        """Number i of a style counts 1 / (i + 1) in every layer."""
        falling = 1 / torch.arange(1, self.info.style_dim + 1).float()
        return [torch.diag(falling)] * self.info.style_layers

    def make_quick(self) -> None:
        """Note where; it is as quick as can be."""
        self.state[f"quick on {self.device}"] = self.drawn

    def to(self, device: str, precision: str = "float32") -> "FakeGenerator":
        relieved = isinstance(self.error, torch.OutOfMemoryError) and device == "cpu"
        error = None if relieved else self.error
        return replace(self, device=device, precision=precision, error=error)

    def _class_shift(self, classes: Classes | None, batch: int) -> Tensor:
        names = self.info.classes
        if classes is None or not names:
            return torch.zeros(1, self.info.style_dim)
        if isinstance(classes, Tensor):
            weights = classes
        else:
            places = [names.index(c) if isinstance(c, str) else c for c in classes]
            weights = torch.eye(len(names))[places]
        shifts = torch.sin(torch.arange(len(names) * self.info.style_dim).float() * 1.7)
        return weights @ shifts.reshape(len(names), -1)

    @staticmethod
    def _noise(mode: NoiseMode, seed: int, side: int) -> Tensor:
        source = torch.Generator()
        if mode == "const":
            source.manual_seed(seed)
        else:
            source.seed()
        return torch.randn(1, 1, side, side, generator=source)


def fake_opener(generator: FakeGenerator) -> Callable[[str, str, str], FakeGenerator]:
    """An opener for ``Engine`` that gives this fake for any name, renamed to it."""

    def open_fake(source: str, device: str, precision: str) -> FakeGenerator:
        info = replace(generator.info, name=source, model_id=f"id-of-{source}")
        return replace(generator, info=info, device=device, precision=precision)

    return open_fake
