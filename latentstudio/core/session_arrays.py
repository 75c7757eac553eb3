"""The arrays and pictures of a session's zip: their members named, and each read once."""

import re

from latentstudio.core.archive import Archive, parse_npy
from latentstudio.core.mask import Mask
from latentstudio.core.paste import Picture
from latentstudio.core.paste_json import Images
from latentstudio.core.recipe import Space, Vector
from latentstudio.core.recipe_json import MAX_ARRAY_BYTES, make_vector
from latentstudio.core.untrusted import InputError

MAX_IMAGE_BYTES = 224 * 2**20
_MEMBER = re.compile(r"arrays/[0-9]{4,6}\.npy")
_IMAGE = re.compile(r"pictures/[0-9]{4,6}\.png")


class ArrayNames:
    """Names vectors, pictures and masks as members of the zip, equal ones once."""

    def __init__(self) -> None:
        self.vectors: dict[str, Vector] = {}
        self.images: dict[str, Picture | Mask] = {}
        self._names: dict[Vector, str] = {}
        self._images: dict[str, str] = {}

    def __call__(self, vector: Vector) -> str:
        if vector not in self._names:
            name = f"arrays/{len(self._names):04d}.npy"
            self._names[vector], self.vectors[name] = name, vector
        return self._names[vector]

    def image(self, image: Picture | Mask) -> str:
        """The member of a picture or mask; pictures of one digest differ in their names alone."""
        if image.digest not in self._images:
            name = f"pictures/{len(self._images):04d}.png"
            self._images[image.digest], self.images[name] = name, image
        return self._images[image.digest]


class Arrays:
    """Reads each member once, so that steps share their vectors as they did in the window."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._vectors: dict[tuple[Space, str], Vector] = {}
        self.images = Images(self._image)

    def __call__(self, space: Space, value: object, where: str) -> Vector:
        if not isinstance(value, str) or not _MEMBER.fullmatch(value):
            raise InputError(f"{where} does not name an array of the session")
        if (space, value) not in self._vectors:
            data = self._archive.read(value, MAX_ARRAY_BYTES + 1024)
            self._vectors[space, value] = make_vector(space, *parse_npy(data, value), value)
        return self._vectors[space, value]

    def _image(self, value: object, where: str) -> bytes:
        """The PNG of a picture or mask."""
        if not isinstance(value, str) or not _IMAGE.fullmatch(value):
            raise InputError(f"{where} does not name a picture of the session")
        return self._archive.read(value, MAX_IMAGE_BYTES)
