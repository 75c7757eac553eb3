import pytest
import torch

from latentstudio.metrics.swd import RealSet, laplacian_pyramid


def noise(seed: int, count: int = 64, side: int = 32) -> torch.Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


def test_a_set_has_no_distance_to_itself() -> None:
    real = noise(0)
    found = RealSet(real, patches=8, directions=16).distance(real)
    assert found.levels == {32: 0.0, 16: 0.0}
    assert found.mean == 0


def test_sets_of_one_distribution_are_nearer_than_others() -> None:
    reals = RealSet(noise(0), patches=16, directions=32)
    same, wider = reals.distance(noise(1)), reals.distance(noise(1) * 1.5)
    assert same.mean < wider.mean / 5


def test_a_shift_of_all_pixels_is_measured_in_standard_deviations() -> None:
    # Patches of the coarsest level, all shifted by a: the sorted projections on a unit direction u
    # shift by a sum(u), whose mean absolute value over directions is a sqrt(2 / pi).
    real = noise(0, 128, 16)
    deviation = real.std()
    found = RealSet(real, patches=16, directions=4096).distance(real + 0.5 * deviation)
    expected = 0.5 * (2 / torch.pi) ** 0.5 * 1000
    assert found.levels[16] == pytest.approx(expected, rel=0.05)


def test_a_cast_of_colour_counts() -> None:
    real = noise(0)
    cast = real + torch.tensor([0.5, 0.0, 0.0])[:, None, None]
    assert RealSet(real, patches=8, directions=16).distance(cast).levels[16] > 50


def test_blur_shows_in_the_finest_level_only() -> None:
    real = noise(0, 64, 64)
    *_, coarse = bands = list(laplacian_pyramid(real))
    smooth = real - bands[0] * 0.9
    found = RealSet(real, patches=16, directions=32).distance(smooth)
    assert coarse.shape[-1] == 16
    assert found.levels[64] > 5 * found.levels[16]


def test_the_pyramid_adds_up() -> None:
    flat = torch.ones(1, 3, 64, 64)
    *bands, coarse = laplacian_pyramid(flat)
    assert [band.shape[-1] for band in bands] == [64, 32]
    assert all(band.abs().max() < 1e-6 for band in bands)
    torch.testing.assert_close(coarse, torch.ones(1, 3, 16, 16))


def test_answers_do_not_change_and_shapes_must_agree() -> None:
    real, fake = noise(0), noise(1)
    first, again = (RealSet(real, patches=4, directions=8).distance(fake) for _ in range(2))
    assert first == again
    with pytest.raises(ValueError, match="shape"):
        RealSet(real, patches=4, directions=8).distance(fake[:10])


def test_a_reduced_set_judges_alike_and_any_number_of_pictures() -> None:
    real = noise(0, 128)
    whole = RealSet(real, patches=16, directions=64)
    reduced = whole.reduced(64)
    wider = noise(1, 128) * 1.5
    assert reduced.distance(wider).mean == pytest.approx(whole.distance(wider).mean, rel=0.05)
    assert reduced.distance(noise(1, 64)).mean < reduced.distance(wider).mean / 5
    assert reduced.levels[0].quantiles.shape == (64, 64)


def test_a_reduced_set_refuses_what_it_cannot_judge() -> None:
    reduced = RealSet(noise(0), patches=4, directions=8).reduced(256)
    with pytest.raises(ValueError, match="16 pixels, not 32"):
        reduced.distance(noise(0, 64, 16))
    with pytest.raises(ValueError, match="make no 256 quantiles"):
        reduced.distance(noise(0, 8))
