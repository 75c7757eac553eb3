import pytest
import torch

from latentstudio.metrics import observe
from latentstudio.metrics.observe import Observer, coarsened, from_levels, to_levels
from latentstudio.metrics.referee import random_referee


def test_pictures_are_seen_as_they_are_saved() -> None:
    images = torch.linspace(-1.2, 1.2, 3 * 16 * 16).reshape(1, 3, 16, 16)
    levels = to_levels(images)
    assert (int(levels.min()), int(levels.max())) == (0, 255)
    assert to_levels(from_levels(levels)).equal(levels)
    assert to_levels(torch.zeros(1)).item() == 128  # 127.5, to the even neighbour
    referee = random_referee(16)
    both = []
    for seen in (images, from_levels(levels)):
        observer = Observer(referee)
        observer.add(seen)
        both.append(observer.observed().features)
    assert both[0].equal(both[1])


def test_batches_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observe, "KEPT", 5)
    images = torch.rand(12, 3, 16, 16, generator=torch.Generator().manual_seed(0)) * 2 - 1
    referee = random_referee(16)
    observer = Observer(referee)
    for part, classes in zip(images.split(4), torch.arange(12).split(4), strict=True):
        observer.add(part, classes)
    seen = observer.observed()
    assert (len(seen), seen.pictures.shape, seen.spectra.shape) == (12, (5, 3, 16, 16), (12, 8))
    torch.testing.assert_close(seen.features, referee.features(from_levels(to_levels(images))))
    first = seen.first(3)
    assert (len(first), len(first.pictures)) == (3, 3)
    assert first.classes is not None
    assert first.classes.tolist() == [0, 1, 2]


def test_coarsened_pictures_keep_what_is_coarse() -> None:
    checks = torch.tensor([[1.0, -1.0], [-1.0, 1.0]]).repeat(8, 8).expand(1, 3, 16, 16)
    assert float(coarsened(checks, 2).abs().max()) == 0
    flat = torch.full((1, 3, 16, 16), 0.3)
    torch.testing.assert_close(coarsened(flat, 4), flat)
