import pytest
import torch
from torch import Tensor

from latentstudio.core.recipe import Noise, Space
from latentstudio.core.search import Settings
from latentstudio.core.steps import ended
from latentstudio.engine.inpaint import to_image, to_picture
from latentstudio.engine.jumps import draws_of_jump, jump
from latentstudio.engine.search import Place
from tests.fakes import FakeGenerator, fake_info

GENERATOR = FakeGenerator(fake_info(layers=6))


def at(space: Space, *numbers: int) -> Place:
    """A place whose candidates are samples."""
    place = Place(GENERATOR, Settings(space, 4, 10, 0.1, 0.002, 8, 0, Noise(), "bank"))
    place.rows = 5
    place.begin(torch.cat([place.coordinates.samples(number, 1) for number in numbers]))
    with torch.no_grad():
        place.images = place.draw(place.found)
    return place


def picture(place: Place, point: Tensor) -> Tensor:
    """The picture of a point, as a file would have it."""
    with torch.no_grad():
        return to_image(to_picture(place.draw(point)[0]))


@pytest.mark.parametrize(("number", "lent"), [(0, 2), (1, 4), (2, 6), (3, 2)])
def test_a_jump_in_w_plus_takes_the_coarse_styles_that_mend_most(number: int, lent: int) -> None:
    place = at("w+", 0, 1)
    child = place.found[1:].clone()
    child[:, :lent] = place.coordinates.samples(8 + 128 * number + 77, 1)[:, :lent]
    shares: list[float] = []
    start = ended(jump(place, 1, picture(place, child), number), shares.append)
    torch.testing.assert_close(start, child)
    assert len(shares) == 26
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_what_is_right_already_does_not_count() -> None:
    """The best child by the whole picture is another than the best where the parent is wrong."""

    class Halves(FakeGenerator):
        """Layer 0 paints the left half, and all others the right one."""

        def synthesize(self, styles: Tensor, *args: object, **more: object) -> Tensor:
            image = torch.zeros(len(styles), 3, 32, 32)
            image[..., :16] = torch.tanh(styles[:, 0, 0] / 4)[:, None, None, None]
            image[..., 16:] = torch.tanh(styles[:, 1:, 0].mean(1) / 4)[:, None, None, None]
            return image

    halves = Halves(fake_info(layers=6))
    place = Place(halves, Settings("w+", 4, 10, 0.1, 0.002, 8, 0, Noise(), "bank"))
    place.begin(place.coordinates.samples(0, 1))
    with torch.no_grad():
        place.images = place.draw(place.found)
    lent = place.coordinates.samples(8, 128)
    child = place.found.clone()
    child[:, 0] = lent[50:51, 0]
    start = ended(jump(place, 0, picture(place, child), 0))
    torch.testing.assert_close(start[:, :2], lent[50:51, :2])


def test_jumps_elsewhere_are_short_and_differ() -> None:
    place = at("z", 0, 1)
    starts = [ended(jump(place, 1, place.images[1], number)) for number in (0, 1)]
    assert not torch.equal(*starts)
    for start in starts:
        assert 0.3 < float((start - place.found[1:]).std()) < 1.0
    assert torch.equal(starts[0], ended(jump(place, 1, place.images[1], 0)))


def test_only_a_jump_in_w_plus_draws() -> None:
    assert draws_of_jump(at("z", 0).settings) == draws_of_jump(at("w", 0).settings) == 0
    assert draws_of_jump(at("w+", 0).settings) == 128
