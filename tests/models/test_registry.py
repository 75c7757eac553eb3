from pathlib import Path

import pytest
import torch

import latentstudio
from latentstudio.core.errors import StudioError
from latentstudio.models.registry import FAMILIES, open_model
from latentstudio.resources import find_model
from tests.fresh import loads
from tests.models.examples import write_example


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "faces.safetensors"
    write_example(path)
    monkeypatch.setattr("latentstudio.resources.bundled_models", lambda: {"faces": path})
    return path


def test_a_bundled_name_opens(shelf: Path) -> None:
    assert latentstudio.open_model("faces").info.name == "faces"
    assert find_model("faces") == find_model(str(shelf)) == shelf


def test_an_unknown_name_gets_the_nearest(shelf: Path) -> None:
    with pytest.raises(StudioError, match="Did you mean faces"):
        open_model("face")


def test_a_missing_file_is_said(shelf: Path) -> None:
    with pytest.raises(StudioError, match="there is no such file"):
        open_model(str(shelf.with_name("gone.safetensors")))


def test_a_missing_precision_or_critic_is_said(shelf: Path) -> None:
    with pytest.raises(StudioError, match="Did you mean float32"):
        open_model("faces", precision="float23")
    assert open_model("faces", device="auto").info.critic == "logit"


def test_an_unconditional_model_refuses_classes(shelf: Path) -> None:
    with pytest.raises(StudioError, match="no classes"):
        open_model("faces").map(torch.zeros(1, 12), classes=[0])


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_opening_loads_no_more_of_torch_than_drawing_needs(family: str, tmp_path: Path) -> None:
    write_example(tmp_path / "example.safetensors", family)
    code = f"""
import latentstudio
latentstudio.open_model({str(tmp_path / "example.safetensors")!r})
"""
    assert not loads(code, "sympy")
