"""Work: the picture that is being repaired, what of it is to be made anew, and how."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from latentstudio.core.crop import Crop, frame_of, held
from latentstudio.core.mask import Mask, fitted
from latentstudio.core.paste import Paste, Picture, Seam, parts_of
from latentstudio.core.recipe import Anchor, ModelRef, Noise, Recipe
from latentstudio.core.search import Filled, Settings
from latentstudio.core.tasks import Projecting, Restoring

Task = Literal["inpaint", "restore", "project"]
TASKS: tuple[Task, ...] = ("inpaint", "restore", "project")
CANDIDATES = (1, 64)
STEPS = (1, 10_000)
WHOLE = Crop()
SETTINGS = Settings()
RESTORING = Restoring()
PROJECTING = Projecting()


@dataclass(frozen=True, slots=True)
class Work:
    """What the user repairs.

    Attributes:
        picture: at its own size; None before one was chosen.
        crop: the square of it that goes into the model's frame.
        mask: what is to be made anew, in the model's frame; None for nothing.
        face: the recipe whose picture it is, where it is a generated face.
        task: what is to be done.
        search: how answers are looked for.
        blend: how the seam is treated.
        restore: what is wrong with the picture, where it is restored.
        project: how it is looked for in the model, where it is projected.
        find_class: try all classes of a model; None for what suits the picture.
    """

    picture: Picture | None = None
    crop: Crop = WHOLE
    mask: Mask | None = None
    face: Recipe | None = None
    task: Task = "inpaint"
    search: Settings = SETTINGS
    blend: Seam = "poisson"
    restore: Restoring = RESTORING
    project: Projecting = PROJECTING
    find_class: bool | None = None

    @property
    def nbytes(self) -> int:
        """Memory of its pixels."""
        return sum(self.parts.values())

    @property
    def parts(self) -> dict[int, int]:
        """Bytes of each array in it, by its identity."""
        return parts_of(self.mask, self.picture)


def with_picture(work: Work, picture: Picture, face: Recipe | None = None) -> Work:
    """Another picture, whole; the mask stays, for it may well be wanted again."""
    return replace(work, picture=picture, crop=WHOLE, face=face)


def with_crop(work: Work, crop: Crop) -> Work:
    """Another square of the picture."""
    return work if work.picture is None else replace(work, crop=held(work.picture.size, crop))


def with_mask(work: Work, mask: Mask | None) -> Work:
    """Another mask; an empty one is none."""
    return replace(work, mask=mask if mask is not None and mask.levels.any() else None)


def frame(work: Work, side: int) -> Picture | None:
    """The picture in the model's frame, [side, side, 3]."""
    return None if work.picture is None else frame_of(work.picture, work.crop, side)


def mask_at(work: Work, side: int) -> Mask:
    """The mask in the model's frame; one of another size is scaled."""
    return Mask.empty(side) if work.mask is None else fitted(work.mask, side)


def source_face(recipe: Recipe) -> Recipe | None:
    """The recipe that can stand for its own picture: one that is the same whenever it is drawn."""
    same = recipe.noise.mode != "random" and recipe.paste is None
    return recipe if same else None


def face_of(work: Work, model: ModelRef) -> Recipe | None:
    """The recipe that draws the picture in a model; None for other pictures."""
    return work.face if work.face is not None and work.face.model == model else None


def noise_of(work: Work, model: ModelRef) -> Noise:
    """What answers are drawn with: where the picture is a face its own, or none could match it."""
    face = face_of(work, model)
    return work.search.noise if face is None else face.noise


def finds_class(work: Work, model: ModelRef) -> bool:
    """Whether all classes are tried: as it was chosen, else for a picture that is no face."""
    if work.find_class is not None:
        return work.find_class
    return work.picture is not None and face_of(work, model) is None


def is_same_task(work: Work, other: Work) -> bool:
    """Whether two works ask for the same thing, however it is searched for."""
    hole = work.task != "inpaint" or work.mask == other.mask
    wrong = work.task != "restore" or work.restore == other.restore
    same = (work.task, work.picture, work.crop) == (other.task, other.picture, other.crop)
    return same and hole and wrong


def pasted_in(paste: Paste, seen: Picture, works: Sequence[Work]) -> Work:
    """The work in which a paste was made: of some, the one whose frame its picture is.

    Without one the picture of the paste is the whole of it; where a file left that out it is what
    is ``seen``, [R, R, 3].
    """
    picture, side = paste.picture or seen, seen.size[0]
    frames = ((work, frame(work, side)) for work in works)
    fitting = (work for work, cut in frames if cut is not None and cut.digest == picture.digest)
    return replace(next(fitting, Work(picture)), mask=paste.mask, task="inpaint")


def answer(model: ModelRef, found: Filled, work: Work, side: int) -> Recipe:
    """The recipe of an answer: what was found, of inpainting seen in the hole of the picture."""
    noise = noise_of(work, model)
    if work.task != "inpaint":
        return Recipe(model, (Anchor(found.latent),), classes=found.classes, noise=noise)
    picture = frame(work, side)
    if picture is None:
        raise ValueError("there is no picture")
    whole = work.crop == WHOLE and work.picture is not None and work.picture.size == (side, side)
    face = face_of(work, model) if whole else None
    paste = Paste(mask_at(work, side), picture, work.blend, face)
    return Recipe(model, (Anchor(found.latent),), classes=found.classes, noise=noise, paste=paste)
