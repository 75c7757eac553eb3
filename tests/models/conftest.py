"""One torch thread and the same random numbers for every test of a network."""

from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def same_numbers() -> None:
    """Sums are compared within a tolerance, which one in some thousand draws would miss."""
    torch.manual_seed(0)
