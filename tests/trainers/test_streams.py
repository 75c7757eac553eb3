import numpy as np
import pytest
import torch

from trainers.streams import data_indices, draw_latents, stream


def test_a_stream_depends_on_purpose_seed_and_position() -> None:
    drawn = [
        torch.randn(4, generator=stream(*where)).tolist()
        for where in [("latents", 0, 0), ("latents", 0, 1), ("latents", 1, 0), ("grid", 0, 0)]
    ]
    assert len({tuple(values) for values in drawn}) == 4
    assert torch.randn(4, generator=stream("latents", 0, 1)).tolist() == drawn[1]


@pytest.mark.parametrize(
    ("prior", "spread", "end"),
    [("normal", 1.0, 6), ("uniform", 3**-0.5, 1), ("truncnormal", 0.8796, 2)],
)
def test_priors(prior: str, spread: float, end: float) -> None:
    z = draw_latents(prior, 500, 40, stream("latents", 0))  # type: ignore[arg-type]
    assert z.shape == (500, 40)
    assert float(z.std()) == pytest.approx(spread, rel=0.03)
    assert 0.6 * end < float(z.abs().max()) <= end


def test_each_pass_shows_every_picture_once() -> None:
    shown = np.concatenate([data_indices(5, start, 8, 20) for start in range(0, 64, 8)])
    assert sorted(shown[:20]) == sorted(shown[20:40]) == sorted(shown[40:60]) == list(range(20))
    assert list(shown[:20]) != list(shown[20:40])
    assert list(data_indices(5, 13, 9, 20)) == list(shown[13:22])
    assert list(data_indices(6, 0, 20, 20)) != list(shown[:20])
