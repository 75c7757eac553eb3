"""Attributes of faces by the names that people use, as what a referee reads tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from latentstudio.metrics.referee import Head, Referee

Kind = Literal["binary", "ordered"]


@dataclass(frozen=True)
class Attribute:
    """Something that a slider changes.

    Attributes:
        name: for people.
        factor: that a referee reads.
        yes: the values that show it, against all others; empty for an ordered one.
        order: values from little to much of it; empty for a binary one, and for a number.
        part: of the face; values of one part rule each other out, so they are not locked together.
    """

    name: str
    factor: str
    yes: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    part: str = ""

    @property
    def kind(self) -> Kind:
        return "binary" if self.yes else "ordered"

    @property
    def place(self) -> str:
        """What rules other attributes out: its part, or its factor."""
        return self.part or self.factor

    def level(self, read: Mapping[str, Tensor], heads: Mapping[str, Head]) -> Tensor | None:
        """How much of it faces show: probabilities 0 to 1, or numbers that rise with it: [N].

        NaN for faces whose value has no place in the order: hair under a hat has no length. None
        where the referee does not read it.
        """
        if not self.read_by(heads):
            return None
        head, found = heads[self.factor], read[self.factor].double()
        if not head.values:
            return found
        wanted = [value for value in self.yes or self.order if value in head.values]
        shares = found[:, [head.values.index(value) for value in wanted]]
        if self.yes:
            return shares.sum(1)
        total = shares.sum(1)
        expected = (shares * torch.arange(len(wanted))).sum(1) / total.clamp_min(1e-6)
        return torch.where(total > 0.5, expected, torch.nan)

    def read_by(self, heads: Mapping[str, Head]) -> bool:
        """Whether a referee with these heads reads it."""
        head = heads.get(self.factor)
        if head is None or not head.values:
            return head is not None and not self.yes and not self.order
        return len(set(self.yes or self.order) & set(head.values)) >= (1 if self.yes else 2)


def heads_of(referee: Referee) -> dict[str, Head]:
    """What a referee reads, by factor."""
    return {head.name: head for head in referee.heads}


def _each(factor: str, what: str, values: str) -> tuple[Attribute, ...]:
    """An attribute for each value of a colour: ``Red hair``."""
    names = {"fantasy": "bright"}
    return tuple(
        Attribute(f"{names.get(value, value).capitalize()} {what}", factor, (value,))
        for value in values.split()
    )


ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("Smile", "mouth", ("smile",), part="mouth"),
    Attribute("Open mouth", "mouth_open", ("yes",), part="mouth"),
    Attribute("Glasses", "glasses", ("glasses", "sunglasses"), part="eyes"),
    Attribute("Sunglasses", "glasses", ("sunglasses",), part="eyes"),
    Attribute("Hair length", "hair_length", order=("bald", "short", "medium", "long"), part="hair"),
    Attribute("Curly hair", "hair_shape", ("curly",), part="hair"),
    Attribute("Facial hair", "facial_hair", ("moustache", "beard", "full", "stubble")),
    Attribute("Skin tone", "skin_tone", order=("light", "medium", "dark")),
    Attribute("Closed eyes", "eyes", ("closed",), part="eyes"),
    Attribute("Raised eyebrows", "eyebrows", ("raised",)),
    Attribute("Angry eyebrows", "eyebrows", ("angry",)),
    Attribute("Sad eyebrows", "eyebrows", ("sad",)),
    *_each("hair_colour", "hair", "black brown blond red grey fantasy"),
    Attribute("Hat", "hat", ("yes",), part="hair"),
    Attribute("Earrings", "earrings", ("yes",)),
    Attribute("Tilt", "rotate"),
    Attribute("Size", "scale"),
    Attribute("Left to right", "shift_x"),
    Attribute("Up to down", "shift_y"),
    Attribute("Mirrored", "mirror", ("yes",)),
    *_each(
        "clothes_colour",
        "clothes",
        "black white grey brown red orange yellow green turquoise sky blue lavender purple pink "
        "peach",
    ),
    *_each("background", "background", "blue green lavender mint peach pink rose sky violet"),
)
"""In the order that sliders show them."""
