"""The tasks of the workspace: for each its job, its words, what it needs and what it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from latentstudio.core.crop import frame_of, square_of
from latentstudio.core.model_info import ModelInfo
from latentstudio.core.paste import Rgb
from latentstudio.core.recipe import ModelRef
from latentstudio.core.search import Filled, Projected, Restored, Settings
from latentstudio.core.tasks import curve_counts, factors_of, measured, space_in
from latentstudio.core.work import Task, Work, frame, mask_at, noise_of


@dataclass(frozen=True)
class TaskLine:
    """A task of the workspace: a further one is a line in ``TASKS``.

    Attributes:
        title: on the selector, in the history of tasks.
        job: name of the job.
        start: what its button says.
        empty: what the strip says before the first answer.
        missing: why it cannot start on a work, in words; empty where it can.
        options: of the job, from the work and the model.
        answers: what the job's result offers to choose from, the best first.
    """

    title: str
    job: str
    start: str
    empty: str
    missing: Callable[[Work, int], str]
    options: Callable[[Work, ModelInfo], dict[str, Any]]
    answers: Callable[[Any], Sequence[Filled]]


def small_factor(work: Work, side: int) -> int:
    """How many times smaller the known picture is: more than wished where it is small already."""
    fitting = factors_of(side) or (2,)
    wished = max((f for f in fitting if f <= work.restore.factor), default=fitting[0])
    if work.picture is None:
        return wished
    has = square_of(work.picture.size, work.crop).side
    return max(wished, next((f for f in fitting if side // f <= has), fitting[-1]))


def known_options(work: Work, info: ModelInfo) -> dict[str, Any]:
    """Options of the job that shows what a restoration is told."""
    restore, side = work.restore, info.resolution
    return {
        "picture": _told(work, side),
        "task": restore.kind,
        "seed": work.search.seed,
        "factor": small_factor(work, side),
        "noise": restore.noise,
        "missing": restore.missing,
        "count": measured(restore, side),
    }


def curve_options(work: Work, info: ModelInfo) -> dict[str, Any]:
    """Options of a restoration from fewer and fewer measurements."""
    counts = curve_counts(measured(work.restore, info.resolution))
    return _restore_options(work, info) | {"counts": counts}


def _no_hole(work: Work, side: int) -> str:
    hole = mask_at(work, side).hole
    if not hole.any():
        return "Paint over what is to be made anew."
    return "Everything is painted: leave some of the picture." if hole.all() else ""


def _nothing_small(work: Work, side: int) -> str:
    if work.restore.kind == "superres" and not factors_of(side):
        return f"{side} × {side} pixels cannot be made smaller evenly."
    return ""


def _pixels(work: Work, side: int) -> Rgb:
    picture = frame(work, side)
    if picture is None:
        raise ValueError("there is no picture")
    return picture.pixels


def _told(work: Work, side: int) -> Rgb:
    """The picture in the model's frame; one that is smaller and to be enlarged stays small."""
    if work.restore.kind != "superres" or work.picture is None:
        return _pixels(work, side)
    if square_of(work.picture.size, work.crop).side >= side:
        return _pixels(work, side)
    return frame_of(work.picture, work.crop, side // small_factor(work, side)).pixels


def _search(work: Work, info: ModelInfo) -> Settings:
    space, noise = space_in(info, work.search.space), noise_of(work, ModelRef.of(info))
    return replace(work.search, space=space, noise=noise)


def _inpaint_options(work: Work, info: ModelInfo) -> dict[str, Any]:
    side = info.resolution
    return {
        "picture": _pixels(work, side),
        "mask": mask_at(work, side),
        "settings": _search(work, info),
        "way": work.blend,
    }


def _restore_options(work: Work, info: ModelInfo) -> dict[str, Any]:
    told = known_options(work, info)
    del told["seed"]  # it is that of the search
    count = told.pop("count")
    return told | {
        "settings": _search(work, info),
        "counts": (count,),
        "keep": work.restore.keep,
    }


def _project_options(work: Work, info: ModelInfo) -> dict[str, Any]:
    project = work.project
    return {
        "picture": _pixels(work, info.resolution),
        "space": space_in(info, project.space),
        "steps": project.steps,
        "starts": project.starts,
        "prior": project.prior,
        "noise": noise_of(work, ModelRef.of(info)),
        "tune_noise": project.tune_noise and info.has_noise,
        "seed": project.seed,
        "features": project.features,
    }


def _restored(result: Restored) -> Sequence[Filled]:
    return result.answers


def _projected(result: Projected) -> Sequence[Filled]:
    """What was found, and the same with fitted noise; nothing judged how real they look."""

    def shown(pixels: Rgb, fit: float) -> Filled:
        return Filled(pixels, pixels, result.latent, fit, float("nan"), result.classes)

    plain = shown(result.picture, result.difference / 127.5)
    return (plain,) if result.tuned is None else (plain, shown(result.tuned, float("nan")))


TASKS: dict[Task, TaskLine] = {
    "inpaint": TaskLine(
        "Inpaint",
        "inpaint",
        "Fill the hole",
        "Paint what is to be made anew, then Ctrl+Return.",
        _no_hole,
        _inpaint_options,
        lambda result: result,
    ),
    "restore": TaskLine(
        "Restore",
        "restore",
        "Restore the picture",
        "Say what is wrong with the picture, then Ctrl+Return.",
        _nothing_small,
        _restore_options,
        _restored,
    ),
    "project": TaskLine(
        "Project",
        "project",
        "Find the picture",
        "Ctrl+Return looks for the face that is nearest to the picture.",
        lambda _work, _side: "",
        _project_options,
        _projected,
    ),
}
