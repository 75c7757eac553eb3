"""Every network and penalty runs on the meta device, which stands in for a graphics card.

There a tensor that was made on the CPU, or a value that is read back, raises.
"""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from latentstudio.models.registry import FAMILIES
from tests.models.examples import EXAMPLES
from trainers.augment import augment
from trainers.losses import LOSSES
from trainers.regularizers import gradient_penalty, orthogonality, path_lengths, r1

COUNT = 4
Classes = tuple[Tensor, ...]


@pytest.fixture(params=sorted(FAMILIES))
def family(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def parts(family: str) -> tuple[nn.Module, nn.Module, Tensor, Classes]:
    """Generator, discriminator, z and class weights of the family's example, in training."""
    config, critic = EXAMPLES[family]
    with torch.device("meta"):
        generator = FAMILIES[family].generator(config)
        discriminator = FAMILIES[family].discriminator(critic)
    z = torch.empty(COUNT, config.capabilities["z_dim"], device="meta")
    count = getattr(config, "classes", 0)
    classes = (torch.empty(COUNT, count, device="meta"),) if count else ()
    return generator, discriminator, z, classes


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_a_step_of_both(parts: tuple[nn.Module, nn.Module, Tensor, Classes], loss: str) -> None:
    generator, discriminator, z, classes = parts
    fake = augment(generator(z, *classes), ("color", "translation", "cutout"))
    on_fake = discriminator(fake, *classes)
    functions = LOSSES[loss]
    (functions.discriminator(on_fake, on_fake) + functions.generator(on_fake, on_fake)).backward()
    for network in (generator, discriminator):
        gradients = [w.grad for w in network.parameters() if w.grad is not None]
        assert gradients
        assert all(gradient.is_meta for gradient in gradients)


def test_penalties_of_the_critic(parts: tuple[nn.Module, nn.Module, Tensor, Classes]) -> None:
    generator, discriminator, z, classes = parts
    images = generator(z, *classes).detach()

    def criticise(pictures: Tensor) -> Tensor:
        verdicts: Tensor = discriminator(pictures, *classes)
        return verdicts

    penalties: list[Callable[[], Tensor]] = [
        lambda: r1(criticise, images),
        lambda: gradient_penalty(criticise, images, images, 1.0, 1e-3, 10.0),
        lambda: orthogonality(generator),
    ]
    for penalty in penalties:
        penalty().backward()  # type: ignore[no-untyped-call]


def test_path_lengths_of_a_stylegan() -> None:
    config, _ = EXAMPLES["stylegan"]
    with torch.device("meta"):
        generator = FAMILIES["stylegan"].generator(config)
        w = generator.mapping(torch.empty(COUNT, config.capabilities["z_dim"]))  # type: ignore[operator]
    styles = w[:, None].repeat(1, generator.style_layers, 1)
    lengths = path_lengths(generator.draw, styles)  # type: ignore[arg-type]
    lengths.square().mean().backward()  # type: ignore[no-untyped-call]
    assert lengths.is_meta
