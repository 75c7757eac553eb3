"""Generators of one colour, and a referee that reads colours as attributes: all is known."""

from abc import ABC, abstractmethod

import torch

from latentstudio.metrics.referee_card import Head
from tests.fakes import FakeGenerator


class Flat(FakeGenerator, ABC):
    """Draws pictures of one colour, with no noise."""

    @abstractmethod
    def colour(self, styles: torch.Tensor) -> torch.Tensor:
        """Styles [B, L, D] to colours [B, 3], before they are bent into [-1, 1]."""

    def synthesize(self, styles: torch.Tensor, *_: object, **_how: object) -> torch.Tensor:
        return torch.tanh(self.colour(styles))[..., None, None].expand(-1, -1, 8, 8)


class ColourReferee:
    """Reads red as glasses, green as an open mouth and as skin tone, blue as tilt; never a hat."""

    name = "colours32a"
    resolution = 32
    weights_hash = "c" * 64
    heads = (
        Head("glasses", ("none", "glasses", "sunglasses")),
        Head("mouth_open", ("no", "yes")),
        Head("skin_tone", ("light", "medium", "dark")),
        Head("rotate", range=(-1.0, 1.0)),
        Head("hat", ("no", "yes")),
    )

    def __init__(self, middle: float = 0.0, **accuracy: float) -> None:
        self.middle = middle
        self.accuracy = {head.name: 0.99 for head in self.heads} | accuracy

    def accuracy_in(self, styles: tuple[str, ...]) -> dict[str, float]:
        assert styles == ()  # it reads no drawing styles
        return self.accuracy

    def read(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        red, green, blue = (images.mean((2, 3)) - self.middle).unbind(1)
        glasses, mouth = torch.sigmoid(30 * red), torch.sigmoid(30 * green)
        places = torch.tensor([-0.3, 0.0, 0.3])
        skin = (-20 * (green[:, None] - places).square()).softmax(1)
        never = torch.zeros(len(red))
        return {
            "glasses": torch.stack([1 - glasses, glasses, never], 1),
            "mouth_open": torch.stack([1 - mouth, mouth], 1),
            "skin_tone": skin,
            "rotate": blue,
            "hat": torch.stack([1 - never, never], 1),
        }
