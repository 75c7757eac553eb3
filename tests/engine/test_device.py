"""How a thread is made ready to draw."""

import threading

import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.faults import explain
from latentstudio.engine import device
from tests.fakes import FakeGenerator, fake_info


def test_a_prepared_thread_has_no_gradients_and_its_own_thread_count() -> None:
    found: list[tuple[int, bool]] = []

    def work() -> None:
        device.prepare_thread(1)
        found.append((torch.get_num_threads(), torch.is_grad_enabled()))

    with torch.enable_grad():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert found == [(1, False)]
        assert torch.is_grad_enabled()
    assert device.thread_count() >= 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory."),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
    ],
    ids=["python", "card", "processor"],
)
def test_no_memory_is_told_as_such(error: Exception) -> None:
    assert explain(error, "It stopped").detail == "out of memory"


def test_a_studio_error_explains_itself() -> None:
    error = StudioError("What", "why", "How.")
    assert explain(error, "It stopped") is error
    assert explain(OSError(13, "Permission denied"), "It stopped").detail == "Permission denied"
    assert "KeyError" in explain(KeyError("x"), "It stopped").detail


@pytest.mark.parametrize(("delay", "wanted"), [(0.0, 1), (0.03, 2)])
def test_one_thread_draws_where_that_is_quick(
    monkeypatch: pytest.MonkeyPatch, delay: float, wanted: int
) -> None:
    before = torch.get_num_threads()
    monkeypatch.setattr(device, "thread_count", lambda: 2)
    try:
        assert device.settle_threads(FakeGenerator(delay=delay)) == wanted
        assert device.settle_threads(FakeGenerator(), threads=2) == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("abilities", "precision", "wanted"),
    [
        ({"avx512_bf16": True}, "float32", "bfloat16"),
        ({"amx_bf16": True}, "float32", "bfloat16"),
        ({"avx512_bf16": False, "avx2": True}, "float32", "float32"),
        ({}, "float32", "float32"),
        ({"avx512_bf16": True}, "bfloat16", "bfloat16"),
        ({"avx512_bf16": True}, "float16", "float16"),
    ],
)
def test_haste_is_for_processors_that_gain_by_it(
    abilities: dict[str, bool], precision: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: abilities)
    generator = FakeGenerator(fake_info(), precision=precision)
    assert device.hasty(generator).precision == wanted
    assert generator.precision == precision


def test_nothing_is_hasty_where_torch_cannot_tell_or_another_device_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    card = FakeGenerator(fake_info(), device="cuda")
    assert device.hasty(card) is card
    monkeypatch.delattr(torch.cpu, "get_capabilities")
    here = FakeGenerator(fake_info())
    assert device.hasty(here) is here
