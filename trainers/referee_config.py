"""What the training of a referee is told; presets in ``presets/referees`` state differences."""

from importlib import resources
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field

from latentstudio.core.errors import StudioError, nearest
from trainers.config import merge
from trainers.part import Count, Part, Positive

HELD_OUT_START = 4_000_256
"""First of the faces that accuracies are measured on; no preset learns from faces this far out."""


class FacesConfig(Part):
    """Labelled pictures to learn from."""

    spec: str
    faces: Count


class RefereeRunConfig(Part):
    """Everything about the training of a referee."""

    name: str = ""
    data: Annotated[tuple[FacesConfig, ...], Field(min_length=1)]
    """All of the same factors; the first is what the accuracies are measured on."""
    start: Annotated[int, Field(ge=0, lt=HELD_OUT_START)] = 0
    """Number of the first face, so that two referees can learn from different ones."""
    held_out: Count = 8192
    widths: tuple[Count, ...]
    """Channels of each stage, finest first; the resolution is 4 times 2 to their number."""
    residuals: tuple[Annotated[int, Field(ge=0)], ...]
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    epochs: Positive = 6.0
    batch: Annotated[int, Field(ge=2)] = 128
    lr: Positive = 2e-3
    """The highest learning rate; it rises over the first tenth, then falls as a cosine to 0."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.02
    precision: Literal["float32", "bfloat16"] = "float32"
    """Never by what is faster here: the same seed must give the same referee."""

    @property
    def resolution(self) -> int:
        return int(4 * 2 ** len(self.widths))


def referee_presets() -> list[str]:
    """The referees that can be trained, sorted."""
    names = (entry.name for entry in _presets().iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def about_referees() -> dict[str, str]:
    """What each preset is for, in a line."""
    return {name: str(_read(name)["about"]) for name in referee_presets()}


def resolve_referee(preset: str) -> RefereeRunConfig:
    """The config of a preset.

    Raises:
        StudioError: there is no such preset.
    """
    if preset not in referee_presets():
        hint = nearest(preset, referee_presets()) or f"Known: {', '.join(referee_presets())}."
        raise StudioError(f"No referee is called '{preset}'", "", hint)
    values = _read(preset)
    del values["about"]
    return RefereeRunConfig.model_validate({**values, "name": preset})


def _read(preset: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load((_presets() / f"{preset}.yaml").read_text("utf-8"))
    base = values.pop("base", None)
    return merge(_read(base), values) if base else values


def _presets() -> Traversable:
    return resources.files("trainers") / "presets" / "referees"
