"""Everything that crosses between the threads, frozen; importing this file needs no torch."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from latentstudio.core.errors import StudioError
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import ModelRef, Recipe

Pixels = npt.NDArray[np.uint8]
Purpose = Literal["live", "still", "thumbnail"]


@dataclass(frozen=True)
class RenderRequest:
    """Draw a recipe. ``live`` may be answered coarsely, ``still`` is exact.

    ``key`` is the asker's own, given back with the frame; ``batch`` lets an asker drop all
    thumbnails that it no longer needs.
    """

    id: int
    recipe: Recipe
    purpose: Purpose = "live"
    key: Hashable = None
    batch: str = ""


@dataclass(frozen=True)
class Frame:
    """A drawn recipe.

    Attributes:
        pixels: uint8 [H, W, 4], bytes B, G, R, 255 (QImage's RGB32), its own memory.
        exact: whether these are the pixels that a saved picture would have.
        render_ms: from recipe to pixels; forward_ms: the network alone.
        threads, torch: thread count and version of torch that the pixels were drawn with.
        styles: what was drawn, float32 [L, D]: where the picture is.
        distances: from the mean style, root mean square over the layers, before truncation and
            as drawn; None where a model has no mean.
    """

    id: int
    recipe: Recipe
    purpose: Purpose
    pixels: Pixels
    exact: bool
    render_ms: float
    forward_ms: float
    device: str
    precision: str
    threads: int
    torch: str = ""
    key: Hashable = None
    batch: str = ""
    styles: npt.NDArray[np.float32] | None = None
    distances: tuple[float, float] | None = None

    @property
    def resolution(self) -> int:
        """Side of the drawn picture: a live one may be smaller than the model's."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True)
class ModelOpened:
    """A model is ready to draw; ``source`` is what was asked for, ``id`` by which request."""

    id: int
    source: str
    info: ModelInfo
    device: str
    precision: str


@dataclass(frozen=True)
class DeviceChanged:
    """The engine had to move, for example out of memory; ``reason`` is a sentence."""

    device: str
    reason: str


@dataclass(frozen=True)
class Step:
    """What a job yields after each step: how far it is, words for people, and what it has so far.

    ``preview`` is the job's own, for those who started it.
    """

    done: float
    total: float
    note: str = ""
    preview: Any = None


@dataclass(frozen=True)
class JobProgress:
    """A job's last step; ``seconds_left`` is None until it can be told."""

    job: int
    title: str
    step: Step
    seconds_left: float | None = None


@dataclass(frozen=True)
class JobDone:
    """A job has ended: with a result, or cancelled; with what it began on."""

    job: int
    name: str
    title: str
    result: Any
    model: ModelRef
    cancelled: bool = False


@dataclass(frozen=True)
class Failure:
    """Something did not work; the last good picture stays.

    ``what`` says which kind of request failed, ``id`` which one, ``trace`` is for a bug report.
    """

    what: Literal["open", "render", "job"]
    id: int
    error: StudioError
    trace: str = ""


Message = Frame | ModelOpened | DeviceChanged | JobProgress | JobDone | Failure
