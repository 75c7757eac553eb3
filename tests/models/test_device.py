"""Which device is chosen, and when one is trusted."""

import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.models import device


def test_auto_takes_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_works", lambda name: name == "mps")
    assert device.choose("auto") == device.choose("mps") == "mps"
    assert device.choose("cpu") == "cpu"


def test_auto_falls_back_to_the_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_works", lambda name: False)
    assert device.choose() == "cpu"
    with pytest.raises(StudioError, match="Cannot compute on cuda") as caught:
        device.choose("cuda")
    assert "--device cpu" in caught.value.hint


def test_an_unknown_device_is_refused_with_the_nearest() -> None:
    with pytest.raises(StudioError) as caught:
        device.choose("cudda")
    assert caught.value.hint == "Did you mean cuda?"


def test_a_device_is_trusted_only_after_it_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "_exists", lambda name: True)
    here = torch.nn.functional.conv2d
    monkeypatch.setattr(torch.Tensor, "to", lambda tensor, name: tensor)
    assert device._works("cuda")
    answers = iter([2.0, 1.0])
    monkeypatch.setattr(
        torch.nn.functional, "conv2d", lambda *a, **k: here(*a, **k) * next(answers)
    )
    assert not device._works("cuda")


def test_a_device_that_raises_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> torch.Tensor:
        raise RuntimeError("CUDA driver version is insufficient")

    monkeypatch.setattr(device, "_exists", lambda name: True)
    monkeypatch.setattr(torch.Tensor, "to", broken)
    assert not device._works("cuda")
