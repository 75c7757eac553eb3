import pytest
import torch

from trainers.augment import CUT, SHIFT, augment

KINDS = ("color", "translation", "cutout")


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def test_nothing_asked_nothing_done() -> None:
    images = torch.rand(2, 3, 8, 8)
    assert augment(images, ()) is images


def test_color_changes_a_grey_picture_by_its_brightness_alone() -> None:
    """Saturation and contrast leave an even grey as it is."""
    found = augment(torch.zeros(64, 3, 4, 4), ("color",))
    assert torch.allclose(found, found[:, :1, :1, :1].expand_as(found), atol=1e-6)
    assert found.min() >= -0.5
    assert found.max() <= 0.5
    assert found.std() > 0.2


def test_translation_moves_whole_pictures_by_whole_pixels() -> None:
    side, reach = 16, round(16 * SHIFT)
    images = torch.zeros(200, 1, side, side)
    images[:, 0, 8, 8] = 1.0
    found = augment(images, ("translation",))
    assert torch.equal(found.sum((1, 2, 3)), torch.ones(200))
    places = found.flatten(1).argmax(1)
    rows, columns = places // side - 8, places % side - 8
    for moves in (rows, columns):
        assert set(moves.tolist()) == set(range(-reach, reach + 1))


def test_cutout_empties_a_square() -> None:
    side = 16
    found = augment(torch.ones(300, 2, side, side), ("cutout",))
    assert torch.equal(found[:, 0], found[:, 1])
    gone = (found[:, 0] == 0).sum((1, 2))
    largest = (int(side * CUT) - 1) ** 2
    assert gone.max() == largest
    assert gone.min() > 0


def test_gradients_reach_the_pictures_twice() -> None:
    images = torch.rand(2, 3, 8, 8, dtype=torch.float64, requires_grad=True)

    def changed(given: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(1)
        return augment(given, KINDS).square()

    assert torch.autograd.gradcheck(changed, images)
    assert torch.autograd.gradgradcheck(changed, images)
