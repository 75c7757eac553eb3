"""ModelInfo and the reference that recipes keep of it."""

import dataclasses

import pytest

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef

INFO = ModelInfo(
    name="avatars-dcgan", family="dcgan", resolution=64, z_dim=100, style_dim=100, model_id="ab12"
)


def test_a_plain_family_needs_few_words() -> None:
    assert INFO.style_layers == 1
    assert INFO.classes == ()
    assert INFO.critic is None


def test_it_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        INFO.name = "other"


def test_a_reference_holds_name_and_id() -> None:
    assert ModelRef.of(INFO) == ModelRef("avatars-dcgan", "ab12")
