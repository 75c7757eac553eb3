"""Style mixing on a mapping that changes nothing, so that every style says which z it is of."""

import torch
from torch import Tensor

from trainers.mixing import mixed_styles

LAYERS = 5


class Plain:
    """What ``mixed_styles`` asks of a generator; w is z, with a thousand added in class 1."""

    style_layers = LAYERS

    def mapping(self, z: Tensor, *classes: Tensor) -> Tensor:
        return z + sum(1000 * weights[:, 1:] for weights in classes)


def begins(share: float, count: int = 2000) -> Tensor:
    """The layer from which each picture has its second w; LAYERS where it has only one."""
    z = torch.zeros(count, 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        styles = mixed_styles(Plain(), z, (), share)
    assert styles.shape == (count, LAYERS, 1)
    is_first = styles[..., 0] == 0
    begun: Tensor = is_first.sum(1)
    assert torch.equal(is_first, torch.arange(LAYERS) < begun[:, None])  # one change at most
    seconds = styles[~is_first]
    assert abs(float(seconds.mean() if len(seconds) else 0)) < 0.1
    return begun


def test_without_a_share_all_layers_are_of_the_first() -> None:
    assert (begins(0.0) == LAYERS).all()


def test_with_the_whole_share_every_inner_layer_is_as_likely_a_begin() -> None:
    counts = torch.bincount(begins(1.0), minlength=LAYERS + 1)
    assert counts[0] == counts[LAYERS] == 0
    assert ((counts[1:LAYERS] / 2000 - 1 / (LAYERS - 1)).abs() < 0.04).all()


def test_the_share_is_that_of_mixed_pictures() -> None:
    assert abs(float((begins(0.3) < LAYERS).float().mean()) - 0.3) < 0.04


def test_both_styles_are_of_the_class_of_the_picture() -> None:
    classes = torch.eye(2).repeat(50, 1)
    styles = mixed_styles(Plain(), torch.zeros(100, 1), (classes,), 1.0)
    assert torch.equal(styles[..., 0] > 500, (classes[:, 1:] == 1).expand(-1, LAYERS))
