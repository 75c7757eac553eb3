"""Work as JSON records beside its pictures, as sessions keep it."""

from dataclasses import replace
from typing import Any

from latentstudio.core.crop import MAX_ZOOM, Crop
from latentstudio.core.latent import SEEDS
from latentstudio.core.paste import SEAMS
from latentstudio.core.paste_json import (
    Images,
    StoreImage,
    mask_reader,
    picture_json,
    picture_reader,
)
from latentstudio.core.recipe_json import Load, Store, encode, recipe_reader
from latentstudio.core.search import FEATURES, RESTORE_TASKS, Settings
from latentstudio.core.tasks import FACTORS, MISSING, NOISE, Projecting, Restoring
from latentstudio.core.untrusted import Reader, choice, flag, number, optional, record, whole
from latentstudio.core.work import CANDIDATES, SETTINGS, STEPS, TASKS, Work

_CROP = record(
    Crop,
    {
        "x": number(0, 1),
        "y": number(0, 1),
        "zoom": number(1, MAX_ZOOM),
        "angle": number(-180, 180),
    },
)
_SEARCH = record(
    lambda **given: replace(SETTINGS, **given),
    {
        "space": choice("z", "w", "w+"),
        "candidates": whole(*CANDIDATES),
        "steps": whole(*STEPS),
        "realism": number(0, 1000),
        "seed": whole(0, SEEDS - 1),
    },
)
_RESTORE = record(
    Restoring,
    {
        "kind": choice(*RESTORE_TASKS),
        "factor": whole(min(FACTORS), max(FACTORS)),
        "noise": number(*NOISE),
        "missing": number(*MISSING),
        "measurements": whole(1, 10**6),
        "keep": flag,
    },
)
_PROJECT = record(
    Projecting,
    {
        "space": choice("z", "w", "w+"),
        "steps": whole(*STEPS),
        "starts": whole(*CANDIDATES),
        "prior": number(0, 1000),
        "tune_noise": flag,
        "seed": whole(0, SEEDS - 1),
        "features": choice(*FEATURES),
    },
)


def work_json(work: Work, store: Store, store_image: StoreImage) -> dict[str, Any]:
    """The JSON object of a work; arrays and pictures are what the stores make of them."""
    crop = work.crop
    return {
        "picture": picture_json(work.picture, store_image),
        "crop": {"x": crop.x, "y": crop.y, "zoom": crop.zoom, "angle": crop.angle},
        "mask": None if work.mask is None else store_image(work.mask),
        "face": None if work.face is None else encode(work.face, store, store_image),
        "task": work.task,
        "search": _search_json(work.search),
        "blend": work.blend,
        "restore": _restore_json(work.restore),
        "project": _project_json(work.project),
        "find_class": work.find_class,
    }


def work_reader(load: Load, images: Images) -> Reader[Work]:
    """A reader of what ``work_json`` writes."""
    return record(
        Work,
        {
            "picture": picture_reader(images),
            "crop": _CROP,
            "mask": optional(mask_reader(images)),
            "face": optional(recipe_reader(load, images)),
            "task": choice(*TASKS),
            "search": _SEARCH,
            "blend": choice(*SEAMS),
            "restore": _RESTORE,
            "project": _PROJECT,
            "find_class": optional(flag),
        },
    )


def _search_json(search: Settings) -> dict[str, Any]:
    return {
        "space": search.space,
        "candidates": int(search.candidates),
        "steps": int(search.steps),
        "realism": float(search.realism),
        "seed": int(search.seed),
    }


def _restore_json(restore: Restoring) -> dict[str, Any]:
    return {
        "kind": restore.kind,
        "factor": int(restore.factor),
        "noise": float(restore.noise),
        "missing": float(restore.missing),
        "measurements": int(restore.measurements),
        "keep": bool(restore.keep),
    }


def _project_json(project: Projecting) -> dict[str, Any]:
    return {
        "space": project.space,
        "steps": int(project.steps),
        "starts": int(project.starts),
        "prior": float(project.prior),
        "tune_noise": bool(project.tune_noise),
        "seed": int(project.seed),
        "features": project.features,
    }
