"""What a training is told: presets, overrides, and the resolved config that a run folder keeps."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Annotated, Any, Literal, Self, get_args

import yaml
from pydantic import Field, ValidationError, model_validator

from latentstudio.core.errors import StudioError, nearest
from trainers.architectures import DcganModel, Model
from trainers.part import Count, NotNegative, Part, Positive, Share
from trainers.schedule import Phase, check_phases


class NonSaturating(Part):
    """Cross entropy; the generator maximises log D(G(z))."""

    kind: Literal["nonsaturating"] = "nonsaturating"


class Hinge(Part):
    """The hinge loss."""

    kind: Literal["hinge"] = "hinge"


class Wasserstein(Part):
    """The difference of means; needs a gradient penalty."""

    kind: Literal["wasserstein"] = "wasserstein"


class Relativistic(Part):
    """Cross entropy on the difference between a real and a fake picture's numbers."""

    kind: Literal["relativistic"] = "relativistic"


class R2(Part):
    """Penalty on the discriminator's gradient at fake pictures, every few steps."""

    kind: Literal["r2"] = "r2"
    gamma: NotNegative = 1.0
    every: Count = 16


class GradientPenalty(Part):
    """Wasserstein's penalty between real and fake pictures, with drift of the real numbers."""

    kind: Literal["gradient_penalty"] = "gradient_penalty"
    gamma: NotNegative = 10.0
    target: Positive = 1.0
    drift: NotNegative = 1e-3
    every: Count = 1


class PathLength(Part):
    """Penalty on how unevenly steps in w move the picture; for StyleGAN."""

    kind: Literal["path_length"] = "path_length"
    gamma: NotNegative = 2.0
    decay: Positive = 0.01
    share: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Of the batch that is looked at."""
    every: Count = 8


class Orthogonal(Part):
    """Penalty on the generator's filters for being alike; embeddings are left out."""

    kind: Literal["orthogonal"] = "orthogonal"
    gamma: NotNegative = 1e-4
    every: Count = 1


class R1(Part):
    """Penalty on the discriminator's gradient at real pictures, every few steps."""

    kind: Literal["r1"] = "r1"
    gamma: NotNegative = 1.0
    every: Count = 16


class Optimizer(Part):
    """Adam for both networks."""

    lr_g: Positive = 2e-4
    lr_d: Positive = 2e-4
    beta1: Annotated[float, Field(ge=0, lt=1)] = 0.5
    beta2: Annotated[float, Field(ge=0, lt=1)] = 0.999
    lazy: bool = False
    """Whether rates and betas make up for the further steps of regularizers; see ``main_share``."""
    decay_from: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the run after which both learning rates fall in a line to a twentieth."""


class Average(Part):
    """The moving average of the generator, which is what is exported."""

    half_life_kimg: Positive = 10.0
    ramp: Annotated[float, Field(gt=0, le=1)] | None = 0.05


class Snapshots(Part):
    """When the run is written down and judged."""

    seconds: Positive | None = 300.0
    kimg: Positive | None = None
    judged_images: Annotated[int, Field(ge=16)] = 2048
    """How many pictures the sliced Wasserstein distance compares."""
    statistics_images: Annotated[int, Field(ge=16)] = 2048
    """How many z re-estimate the average's batch statistics; an export takes at least 8,000."""


Loss = Annotated[NonSaturating | Hinge | Wasserstein | Relativistic, Field(discriminator="kind")]
Regularizer = Annotated[
    R1 | R2 | GradientPenalty | PathLength | Orthogonal, Field(discriminator="kind")
]


class RunConfig(Part):
    """Everything about a run; ``config.yaml`` of the run folder holds it, resolved."""

    preset: str = ""
    data: str = ""
    data_count: Count | None = None
    """How many pictures are made ready; by default all, or 20,000 drawn faces."""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    init: str = ""
    """A model file or bundled name whose networks the run begins with."""
    kimg: Positive = 1000.0
    batch: Annotated[int, Field(ge=2)] = 64
    accumulate: Count = 1
    """Parts of a batch that go through the networks one after the other, to save memory."""
    d_steps: Count = 1
    model: Model = DcganModel()
    schedule: tuple[Phase, ...] = ()
    """Resolutions one after the other, each with its own batch; for progressive growing."""
    loss: Loss = NonSaturating()
    regularizers: tuple[Regularizer, ...] = ()
    style_mixing: Share = 0.0
    """Share of pictures drawn with two w, the second from a random layer on; for StyleGAN."""
    noise_from: NotNegative = 0.0
    """Thousand images before noise inputs join; else fine noise stands in for edges. StyleGAN."""
    augment: tuple[Literal["color", "translation", "cutout"], ...] = ()
    """DiffAugment: how pictures are changed before the discriminator sees them; for small sets."""
    optimizer: Optimizer = Optimizer()
    average: Average = Average()
    snapshots: Snapshots = Snapshots()
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    threads: Count | None = None

    @model_validator(mode="after")
    def _splits_evenly(self) -> Self:
        for batch in {self.batch, *(phase.batch for phase in self.schedule)}:
            if batch % self.accumulate or batch < 2 * self.accumulate:
                raise ValueError(
                    f"a batch of {batch} cannot be split into {self.accumulate} equal parts of "
                    "at least two pictures"
                )
        return self

    @model_validator(mode="after")
    def _fits_the_family(self) -> Self:
        wants_styles = self.style_mixing > 0 or any(
            isinstance(regularizer, PathLength) for regularizer in self.regularizers
        )
        if (wants_styles or self.noise_from) and self.model.family != "stylegan":
            raise ValueError("style mixing, path length and noise need model.family=stylegan")
        if self.schedule:
            if self.model.family != "progressive":
                raise ValueError("a schedule needs model.family=progressive")
            check_phases(self.schedule, self.model.resolution)
        return self

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The schedule; without one, a single phase of the model's resolution."""
        whole = Phase(resolution=self.model.resolution, stable_kimg=self.kimg, batch=self.batch)
        return self.schedule or (whole,)

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True)


_TAGS = ("kind", "family")
"""The fields that tell the parts of a union apart."""

FREE_TO_CHANGE = ("kimg", "snapshots", "threads", "preset")
"""What may differ when a run goes on; anything else would make it another run."""


def preset_names() -> list[str]:
    """The names that the first argument may take, sorted."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in _presets().iterdir()
        if entry.name.endswith(".yaml")
    )


def read_preset(name: str) -> dict[str, Any]:
    """The differences that a preset states, those of its ``base`` below them.

    Raises:
        StudioError: there is no such preset.
    """
    if name not in preset_names():
        raise StudioError(f"No preset is called '{name}'", "", nearest(name, preset_names()))
    values = yaml.safe_load((_presets() / f"{name}.yaml").read_text("utf-8"))
    about = values.pop("about", "")
    base = values.pop("base", None)
    merged = merge(read_preset(base), values) if base else values
    return {**merged, "about": about}


def resolve(preset: str, changes: Mapping[str, Any]) -> RunConfig:
    """The config of a preset with changes on top; errors as ``parse``."""
    values = read_preset(preset)
    del values["about"]
    return parse(merge({**values, "preset": preset}, changes))


def parse(values: Mapping[str, Any]) -> RunConfig:
    """Check values and fill in the defaults.

    Raises:
        StudioError: an unknown key (with the nearest known one), a value that is not allowed.
    """
    try:
        return RunConfig.model_validate(values)
    except ValidationError as error:
        raise _explain(error) from None


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """``["optimizer.lr_g=1e-4", ...]`` as nested values; each value is read as YAML.

    Raises:
        StudioError: no equals sign, or a value that is no YAML.
    """
    result: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals or not path:
            raise StudioError(
                f"'{setting}' sets nothing", "", "Write --set key=value, as in --set batch=32."
            )
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise StudioError(f"The value in '{setting}' cannot be read", str(error)) from None
        for key in reversed(path.split(".")):
            value = {key: value}
        result = merge(result, value)
    return result


def merge(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """``high`` over ``low``, part by part; a part of another kind replaces the whole part."""
    result = dict(low)
    for key, value in high.items():
        below: Any = result.get(key)
        result[key] = merge(below, value) if _is_same_part(below, value) else value
    return result


def _is_same_part(low: Any, high: Any) -> bool:
    if not isinstance(low, Mapping) or not isinstance(high, Mapping):
        return False
    return all(low.get(tag) == high.get(tag, low.get(tag)) for tag in _TAGS)


def _presets() -> Any:
    return resources.files("trainers") / "presets"


def _explain(error: ValidationError) -> StudioError:
    first = error.errors()[0]
    place: list[str] = []
    parts: list[type[Part]] = [RunConfig]
    for step in map(str, first["loc"]):
        tagged = [part for part in parts if _kind_of(part) == step]
        if tagged:  # the tag of a union, which no user writes in a name
            parts = tagged
            continue
        place.append(step)
        inner = [part.model_fields[step] for part in parts if step in part.model_fields]
        last = [part for field in inner for part in _parts_in(field.annotation)]
        parts = last or parts  # an index in a list leaves them
    name = ".".join(place)
    if first["type"] == "value_error":  # of a whole part: each value alone is allowed
        whole = f"The settings under {name}" if name else "The settings"
        return StudioError(f"{whole} do not go together", str(first["ctx"]["error"]))
    if first["type"] != "extra_forbidden":
        return StudioError(f"The setting {name} cannot be {first['input']!r}", first["msg"])
    known = {key for part in parts for key in part.model_fields}
    return StudioError(f"There is no setting '{name}'", "", nearest(place[-1], known))


def _parts_in(annotation: Any) -> list[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for inner in get_args(annotation) for part in _parts_in(inner)]


def _kind_of(part: type[Part]) -> str | None:
    for tag in _TAGS:
        if tag in part.model_fields:
            return str(part.model_fields[tag].default)
    return None
