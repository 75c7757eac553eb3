import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from latentstudio.core.families import BigganConfig
from latentstudio.models.biggan import BigganGenerator
from trainers.ema import update_average
from trainers.regularizers import orthogonality
from trainers.spectral import (
    largest_singular_value,
    learned_weight,
    normalise_spectrally,
    plain,
    plain_weight,
)


def normalised(sizes: tuple[float, ...] = (3.0, 0.5)) -> nn.Sequential:
    """A diagonal linear layer, a convolution of norm ``sizes[1]``, both normalised."""
    linear, conv = nn.Linear(2, 2), nn.Conv2d(2, 2, 1)
    with torch.no_grad():
        linear.weight.copy_(torch.diag(torch.tensor([sizes[0], 1.0])))
        conv.weight.copy_(sizes[1] * torch.eye(2)[:, :, None, None])
    network = nn.Sequential(linear, conv)
    normalise_spectrally(network)
    for _ in range(20):
        _ = linear.weight  # steps of the power iteration
    return network


def test_every_weight_is_divided_by_its_largest_singular_value() -> None:
    network = normalised()
    expected = torch.diag(torch.tensor([1.0, 1 / 3]))
    torch.testing.assert_close(plain_weight(network, "0.weight"), expected, atol=1e-4, rtol=0)
    eye = torch.eye(2)[:, :, None, None]
    torch.testing.assert_close(plain_weight(network, "1.weight"), eye, atol=1e-4, rtol=0)
    torch.testing.assert_close(network[0].weight, expected, atol=1e-4, rtol=0)


def test_the_largest_singular_value_is_of_what_is_learned() -> None:
    assert largest_singular_value(normalised()) == pytest.approx(3.0, abs=1e-3)
    assert largest_singular_value(normalised((3.0, 7.0))) == pytest.approx(7.0, abs=1e-3)
    assert largest_singular_value(nn.Linear(2, 2)) is None
    transposed = nn.Sequential(nn.ConvTranspose2d(2, 3, 1))
    with torch.no_grad():
        weight = torch.zeros(2, 3)
        weight[0, 1], weight[1, 2] = 5.0, 1.0
        transposed[0].weight.copy_(weight[:, :, None, None])  # type: ignore[operator]
    normalise_spectrally(transposed)
    assert largest_singular_value(transposed) == pytest.approx(5.0, abs=1e-2)


def test_looking_at_a_weight_is_no_step() -> None:
    network = normalised()
    with torch.no_grad():
        learned_weight(network[0]).add_(torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    looks = [plain_weight(network, "0.weight") for _ in range(2)]
    assert torch.equal(*looks)
    assert torch.equal(plain(network)[0].weight, looks[0])  # type: ignore[arg-type]
    largest_singular_value(network)
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert network.training
    assert network[0].parametrizations["weight"].training  # type: ignore[index, union-attr]


def test_a_plain_copy_leaves_the_network_as_it_is() -> None:
    network = normalised()
    copied = plain(network)
    assert copied.state_dict().keys() == {"0.weight", "0.bias", "1.weight", "1.bias"}
    assert type(copied[0]) is nn.Linear
    assert parametrize.is_parametrized(network[0], "weight")
    x = torch.randn(3, 2)
    torch.testing.assert_close(copied[0](x), network.eval()[0](x))
    assert not any(weight.requires_grad for weight in copied.parameters())


def test_an_average_of_what_normalised_networks_work_with() -> None:
    network = normalised()
    average = plain(network)
    start: Tensor = average[0].weight.clone()  # type: ignore[operator, assignment]
    with torch.no_grad():
        learned_weight(network[0]).mul_(10)  # the same after the division
    for _ in range(20):
        _ = network[0].weight
    update_average(average, network, 0.0)
    torch.testing.assert_close(average[0].weight, start, atol=1e-4, rtol=0)  # type: ignore[arg-type]


def test_the_class_embedding_is_neither_normalised_nor_regularised() -> None:
    config = BigganConfig(8, widths=(8, 8), attention=0)
    network = BigganGenerator(config)
    before = float(orthogonality(network).detach())
    normalise_spectrally(network)
    assert not parametrize.is_parametrized(network)
    bare = [
        layer
        for layer in network.modules()
        if isinstance(layer, nn.Linear | nn.Conv2d) and not parametrize.is_parametrized(layer)
    ]
    assert not bare
    with torch.no_grad():
        network.shared.mul_(100)
    # The penalty is on the weights before the division, so it has not changed either.
    assert float(orthogonality(network).detach()) == pytest.approx(before)
