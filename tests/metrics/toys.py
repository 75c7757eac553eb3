"""Toy pictures of two kinds, a referee that tells them apart, and their statistics."""

from collections.abc import Iterator

import torch

from latentstudio.core.steps import ended
from latentstudio.metrics.gather import gather
from latentstudio.metrics.real import Origin, RealStatistics
from latentstudio.metrics.referee import Referee, RefereeNetwork, initialise
from latentstudio.metrics.referee_card import Head, RefereeCard, RefereeConfig

SIDE = 16
KINDS = ("dark", "bright")
HEADS = (Head("kind", KINDS), Head("light", range=(-1.0, 1.0)))


def toys(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy pictures [N, 3, 16, 16] by turns dark and bright, and their kinds [N]."""
    random = torch.Generator().manual_seed(seed)
    kinds = torch.arange(count) % 2
    light = (kinds - 0.5)[:, None, None, None] + 0.1 * torch.randn(count, 3, 1, 1, generator=random)
    noise = 0.2 * torch.randn(count, 3, SIDE, SIDE, generator=random)
    return (light + noise).clamp(-1, 1), kinds


def toy_referee(name: str = "toy16a", seed: int = 0) -> Referee:
    """Random convolutions, and heads fitted to tell kinds and lightness by least squares."""
    config = RefereeConfig(SIDE, (8, 16), (0, 0), HEADS)
    network = RefereeNetwork(config)
    initialise(network, torch.Generator().manual_seed(seed))
    network.eval().requires_grad_(False)
    images, kinds = toys(400, 99)
    shown = torch.relu(network.embed(images))
    sign = 20 * (kinds - 0.5)
    targets = torch.stack([-sign, sign, images.mean((1, 2, 3))], 1)
    design = torch.cat([shown, torch.ones(len(shown), 1)], 1)
    solution = torch.linalg.lstsq(design, targets, driver="gelsd").solution
    network.heads.weight.copy_(solution[:-1].T)
    network.heads.bias.copy_(solution[-1])
    return Referee(RefereeCard(name, config, {"kind": 1.0, "light": 0.99}), network)


def batches(
    count: int, seed: int, classes: bool = True
) -> Iterator[tuple[torch.Tensor, torch.Tensor | None]]:
    images, kinds = toys(count, seed)
    for part, numbers in zip(images.split(50), kinds.split(50), strict=True):
        yield part, numbers if classes else None


def toy_origin(referee: Referee, classes: tuple[str, ...] = KINDS) -> Origin:
    return Origin("toys", SIDE, referee.name, referee.weights_hash, 0, classes)


def toy_statistics(
    referee: Referee, count: int = 300, classes: bool = True, training: bool = False
) -> RealStatistics:
    """Statistics of toys, gathered at once."""
    origin = toy_origin(referee, KINDS if classes else ())
    known = batches(140, 3) if training else None
    steps = gather(
        referee,
        origin,
        batches(count, 1, classes),
        batches(count, 2, classes),
        known,
        referee.trusted,
    )
    return ended(steps)
