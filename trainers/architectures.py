"""The networks that a config can ask for: one part for each family."""

from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, model_validator

from latentstudio.core.families import (
    BigganConfig,
    BigganCriticConfig,
    DcganConfig,
    DcganCriticConfig,
    Norm,
    ProgressiveConfig,
    ProgressiveCriticConfig,
    StyleganConfig,
    StyleganCriticConfig,
)
from latentstudio.core.model_info import Critic, Prior
from trainers.part import Count, Part, Positive

Length = Annotated[int, Field(ge=1, le=4096)]
M = TypeVar("M", bound="BigganModel | DcganModel | ProgressiveModel | StyleganModel")


class BigganModel(Part):
    """The networks of a BigGAN; as many classes as the data has."""

    family: Literal["biggan"] = "biggan"
    resolution: Literal[8, 16, 32, 64, 128, 256, 512] = 64
    z_chunk: Length = 20
    """Length of the part of z that the first layer takes, and each block."""
    shared: Length = 128
    """Length of the class embedding that all blocks share."""
    prior: Literal["normal", "truncnormal"] = "normal"
    """What is learned from; pictures are always drawn from the truncated one."""
    widths_g: tuple[Count, ...] = (1280, 640, 320, 160, 80)
    """Channels of the generator at 4, 8, ... pixels."""
    widths_d: tuple[Count, ...] = (80, 160, 320, 640, 1280)
    """Channels of the discriminator's blocks, from the picture on."""
    halvings_d: Count = 4
    """So many blocks of the discriminator, the first ones, halve the side."""
    attention: Annotated[int, Field(ge=0)] = 32
    """The resolution in both networks whose places attend to each other; 0 for none."""
    deviation: bool = False
    """Whether the discriminator is told how much the pictures of a class differ."""
    norm_g: Literal["spectral", "none"] = "spectral"
    norm_d: Literal["spectral", "none"] = "spectral"

    @property
    def z_dim(self) -> int:
        return self.z_chunk * len(self.widths_g)

    @model_validator(mode="after")
    def _makes_networks(self) -> Self:
        return _tried(self)

    def generator(self, classes: int = 2) -> BigganConfig:
        return BigganConfig(
            resolution=self.resolution,
            classes=classes,
            z_chunk=self.z_chunk,
            shared=self.shared,
            widths=self.widths_g,
            attention=self.attention,
        )

    def discriminator(self, critic: Critic, classes: int = 2) -> BigganCriticConfig:
        return BigganCriticConfig(
            resolution=self.resolution,
            classes=classes,
            widths=self.widths_d,
            halvings=self.halvings_d,
            attention=self.attention,
            critic=critic,
            deviation=self.deviation,
        )


class DcganModel(Part):
    """The networks of a DCGAN."""

    family: Literal["dcgan"] = "dcgan"
    resolution: Literal[16, 32, 64, 128] = 64
    z_dim: Length = 100
    prior: Prior = "normal"
    width_g: Count = 64
    width_d: Count = 64
    norm_d: Norm = "batch"

    @model_validator(mode="after")
    def _makes_networks(self) -> Self:
        return _tried(self)

    def generator(self, classes: int = 0) -> DcganConfig:
        return DcganConfig(self.resolution, self.z_dim, self.prior, self.width_g)

    def discriminator(self, critic: Critic, classes: int = 0) -> DcganCriticConfig:
        return DcganCriticConfig(self.resolution, self.width_d, self.norm_d, critic)


class ProgressiveModel(Part):
    """The networks of a progressively grown GAN."""

    family: Literal["progressive"] = "progressive"
    resolution: Literal[8, 16, 32, 64, 128, 256, 512, 1024] = 64
    z_dim: Length = 128
    widths_g: tuple[Count, ...] = (128, 96, 64, 48, 24)
    """Channels of the generator at 4, 8, ... pixels."""
    widths_d: tuple[Count, ...] = (128, 96, 64, 48, 24)
    """Channels of the discriminator likewise."""
    group: Annotated[int, Field(ge=0)] = 4
    """Pictures that minibatch deviation compares; 0 leaves it out."""

    @property
    def prior(self) -> Prior:
        return "normal"

    @model_validator(mode="after")
    def _makes_networks(self) -> Self:
        return _tried(self)

    def generator(self, classes: int = 0) -> ProgressiveConfig:
        return ProgressiveConfig(self.resolution, self.z_dim, self.widths_g)

    def discriminator(self, critic: Critic, classes: int = 0) -> ProgressiveCriticConfig:
        return ProgressiveCriticConfig(self.resolution, self.widths_d, self.group, critic)


class StyleganModel(Part):
    """The networks of a StyleGAN2."""

    family: Literal["stylegan"] = "stylegan"
    resolution: Literal[8, 16, 32, 64, 128, 256, 512, 1024] = 64
    z_dim: Length = 128
    w_dim: Length = 128
    widths_g: tuple[Count, ...] = (128, 128, 96, 64, 32)
    """Channels of the generator at 4, 8, ... pixels."""
    widths_d: tuple[Count, ...] = (128, 128, 96, 64, 32)
    """Channels of the discriminator likewise; one fewer, and its first layer halves the picture."""
    depth_d: Literal[1, 2] = 2
    """Convolutions of each block of the discriminator."""
    mapping_layers: Count = 4
    mapping_rate: Positive = 0.01
    architecture: Literal["skip", "resnet", "orig"] = "skip"
    clamp: Positive | None = None
    group: Annotated[int, Field(ge=0)] = 4
    """Pictures that minibatch deviation compares; 0 leaves it out."""

    @property
    def prior(self) -> Prior:
        return "normal"

    @model_validator(mode="after")
    def _makes_networks(self) -> Self:
        return _tried(self)

    def generator(self, classes: int = 0) -> StyleganConfig:
        return StyleganConfig(
            resolution=self.resolution,
            z_dim=self.z_dim,
            w_dim=self.w_dim,
            classes=classes,
            widths=self.widths_g,
            mapping_layers=self.mapping_layers,
            mapping_rate=self.mapping_rate,
            architecture=self.architecture,
            clamp=self.clamp,
        )

    def discriminator(self, critic: Critic, classes: int = 0) -> StyleganCriticConfig:
        return StyleganCriticConfig(
            resolution=self.resolution,
            widths=self.widths_d,
            depth=self.depth_d,
            group=self.group,
            classes=classes,
            critic=critic,
        )


Model = Annotated[
    BigganModel | DcganModel | ProgressiveModel | StyleganModel, Field(discriminator="family")
]


def _tried(model: M) -> M:
    """The model, if its numbers make networks; the configs refuse them else."""
    model.generator()
    model.discriminator("logit")
    return model
