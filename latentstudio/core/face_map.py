"""Face map: seeds on the first two principal components of what they look like, none overlapping.

The map says where any face lies on it, not only those it was made of.
"""

import contextlib
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import platformdirs

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_write, make_folder

Array = npt.NDArray[np.float64]

FACES = 104
POOLED = 8  # pictures are compared as 8 x 8 fields
FILLED = 0.46  # of the area is under faces: full, with room to push them apart
_RANKED = 0.7
_VERSION = 2
_HOME_ROUNDS, _ROUNDS, _MOST_ROUNDS = 40, 80, 600
_SHRINK_AFTER, _SMALLER = 4, 0.98
_PUSH, _HOMEWARD, _TOUCH = 0.5, 0.03, 0.02
_NOTHING_SEEN = 1.5


@dataclass(frozen=True, eq=False)
class FaceMap:
    """Where faces lie on two axes.

    Attributes:
        seeds: of the faces on it.
        places: [N, 2], in standard deviations from the middle.
        mean: [F], of the features of the first faces.
        axes: [2, F], the principal components, each divided by its standard deviation.
        pictures: whether the features are pooled pictures; else styles.
    """

    seeds: tuple[int, ...]
    places: Array
    mean: Array
    axes: Array
    pictures: bool

    def place(self, features: Array) -> Array:
        """Where features [..., F] lie: [..., 2]."""
        found: Array = (np.asarray(features, np.float64) - self.mean) @ self.axes.T
        return found

    def with_faces(self, seeds: Sequence[int], features: Array) -> "FaceMap":
        """Other faces on the same axes; their features are [N, F]."""
        places = self.place(features)
        return FaceMap(tuple(seeds), places, self.mean, self.axes, self.pictures)

    def homes(self, places: Array, width: float, height: float, diameter: float) -> Array:
        """Places [N, 2] in an area, as if faces had no size: [N, 2] centres.

        The middle of a map is crowded and its edges are empty: faces go by their ranks among
        those of the map, for the most part, which keeps what is left and right, above and below.
        """
        shares = np.stack([self._share(places, axis) for axis in (0, 1)], 1)
        shares[:, 1] = 1 - shares[:, 1]  # up is more
        room = np.maximum([width - diameter, height - diameter], 0.0)
        centres: Array = diameter / 2 + shares * room
        return centres

    def _share(self, places: Array, axis: int) -> Array:
        """How far across the area places are, 0 to 1: as in a normal distribution, and by rank."""
        sorted_ = np.sort(self.places[:, axis])
        ranks = (np.arange(len(sorted_)) + 0.5) / len(sorted_)
        rank = np.interp(places[:, axis], sorted_, ranks)
        normal = np.array([NormalDist().cdf(place) for place in places[:, axis]])
        share: Array = _RANKED * rank + (1 - _RANKED) * normal
        return share


def make_map(seeds: Sequence[int], features: Array, pictures: bool) -> FaceMap:
    """Lay faces out by the first two principal components of their features [N, F]."""
    features = np.asarray(features, np.float64)
    mean = features.mean(0)
    _, sizes, components = np.linalg.svd(features - mean, full_matrices=False)
    first = components[:2]
    # A component has no sign of its own: the same faces must always lie on the same side.
    signs = np.sign(first[np.arange(2), np.abs(first).argmax(1)])
    spread = np.maximum(sizes[:2] / np.sqrt(max(len(features) - 1, 1)), 1e-9)
    axes = first * (signs / spread)[:, None]
    return FaceMap(tuple(seeds), (features - mean) @ axes.T, mean, axes, pictures)


def says_little(features: Array) -> bool:
    """Whether features [N, F] spread alike in every direction, as a prior's own z does.

    Their first two components then hold no more than chance gives them: the upper edge of the
    eigenvalues of white noise (Marchenko and Pastur 1967).
    """
    features = np.asarray(features, np.float64)
    count, length = features.shape
    power = np.linalg.svd(features - features.mean(0), compute_uv=False) ** 2
    if power.sum() <= 0:
        return True
    chance = 2 * (1 + np.sqrt(length / count)) ** 2 / length
    return bool(power[:2].sum() / power.sum() < min(_NOTHING_SEEN * chance, 1.0))


def style_features(styles: npt.NDArray[np.float32]) -> Array:
    """The features of styles [..., L, D]: their mean over the layers, [..., D]."""
    mean: Array = styles.astype(np.float64).mean(-2)
    return mean


def picture_features(pixels: npt.NDArray[np.uint8]) -> Array:
    """The features of pixels [H, W, 4]: an 8 x 8 mean of each colour in [0, 1], [192]."""
    height, width = pixels.shape[:2]
    rows, columns = (np.arange(POOLED) * side // POOLED for side in (height, width))
    colours = pixels[..., :3].astype(np.float64) / 255
    sums = np.add.reduceat(np.add.reduceat(colours, rows, 0), columns, 1)
    high, wide = np.diff([*rows, height]), np.diff([*columns, width])
    means: Array = sums / (high[:, None] * wide)[..., None]
    return means.ravel()


# --- on a screen --------------------------------------------------------------------------------


def diameter_for(count: int, width: float, height: float) -> float:
    """How wide round faces are that fill an area well."""
    return float(np.sqrt(4 * FILLED * width * height / (np.pi * max(count, 1))))


def pushed_apart(
    centres: Array, width: float, height: float, diameter: float
) -> tuple[Array, float]:
    """Move round faces as little as needed so that none overlap and all are inside the area.

    Every two that overlap push each other, all at once, until none does; where there is no room
    they shrink. Returns the centres [N, 2] and the diameter. The same centres give the same map.
    """
    centres = np.array(centres, np.float64)
    if len(centres) < 2:
        return centres, diameter
    home = centres.copy()
    low, high = diameter / 2, np.array([width, height]) - diameter / 2
    for turn in range(_MOST_ROUNDS):
        step, deepest = _pushes(centres, diameter)
        if deepest <= _TOUCH * diameter:
            break
        if turn > _ROUNDS and turn % _SHRINK_AFTER == 0:
            diameter *= _SMALLER
            low, high = diameter / 2, np.array([width, height]) - diameter / 2
        # Homesick at first, so that neighbours stay neighbours; at the end only room counts.
        centres += step + (home - centres) * _HOMEWARD * max(0.0, 1 - turn / _HOME_ROUNDS)
        centres = np.clip(centres, np.minimum(low, high), np.maximum(low, high))
    return centres, min(diameter, _nearest(centres))


def carried(point: Array, before: Array, after: Array) -> Array:
    """Where a point [2] goes when faces go from ``before`` to ``after`` [N, 2].

    The nearest faces take it along (Shepard 1968), so that a face of the map stays on its own.
    """
    near = 1.0 / (((before - point) ** 2).sum(1) + 1e-6) ** 2
    moved: Array = point + (near[:, None] * (after - before)).sum(0) / near.sum()
    return moved


def neighbour(centres: Array, index: int, direction: tuple[int, int]) -> int:
    """The face that an arrow key goes to: near, and rather ahead than beside; itself for none."""
    offset = centres - centres[index]
    ahead = offset @ np.array(direction, np.float64)
    beside = np.abs(offset @ np.array([direction[1], direction[0]], np.float64))
    cost = np.where(ahead > 1e-6, ahead + 2.0 * beside, np.inf)
    best = int(cost.argmin())
    return best if np.isfinite(cost[best]) else index


def _pushes(centres: Array, diameter: float) -> tuple[Array, float]:
    """What each face is pushed by the others [N, 2], and the deepest overlap."""
    one, other = np.triu_indices(len(centres), 1)
    offset = centres[one] - centres[other]
    distance = np.hypot(offset[:, 0], offset[:, 1])
    close = distance < diameter
    one, other, offset, distance = one[close], other[close], offset[close], distance[close]
    if not len(one):
        return np.zeros_like(centres), 0.0
    same = distance < 1e-9
    if same.any():  # two on one spot have no direction: each pair takes its own, a golden angle on
        angles = (one + other * 7)[same] * 2.399963
        offset[same] = np.stack([np.cos(angles), np.sin(angles)], 1) * 1e-9
        distance = np.maximum(distance, 1e-9)
    overlap = diameter - distance
    push = offset / distance[:, None] * (overlap * _PUSH)[:, None]
    step = np.zeros_like(centres)
    np.add.at(step, one, push)
    np.add.at(step, other, -push)
    return step, float(overlap.max())


def _nearest(centres: Array) -> float:
    distance = np.sqrt(((centres[:, None] - centres[None]) ** 2).sum(2))
    np.fill_diagonal(distance, np.inf)
    return float(distance.min())


# --- kept for the next start --------------------------------------------------------------------


def cache_folder() -> Path:
    """Where maps are kept; they can be made anew at any time."""
    return platformdirs.user_cache_path("latentstudio", appauthor=False) / "face-maps"


def map_file(model_id: str) -> Path:
    """The file of a model's map."""
    name = hashlib.sha256(model_id.encode()).hexdigest()[:32]
    return cache_folder() / f"{name}-{_VERSION}.npz"


def keep_map(path: Path, face_map: FaceMap) -> None:
    """Write a map; where that cannot be, it is made again the next time."""
    data = io.BytesIO()
    np.savez(
        data,
        seeds=np.array(face_map.seeds, np.int64),
        places=face_map.places,
        mean=face_map.mean,
        axes=face_map.axes,
        pictures=np.array(face_map.pictures),
    )
    with contextlib.suppress(StudioError):
        make_folder(path.parent)
        atomic_write(path, data.getvalue())


def kept_map(path: Path) -> FaceMap | None:
    """Read a map; None where there is none, or none that can be read."""
    try:
        with path.open("rb") as bytes_, np.load(bytes_, allow_pickle=False) as file:
            seeds, places = file["seeds"], np.asarray(file["places"], np.float64)
            mean, axes = (np.asarray(file[name], np.float64) for name in ("mean", "axes"))
            pictures = bool(file["pictures"])
    except (OSError, ValueError, KeyError, IndexError, EOFError, TypeError, zipfile.BadZipFile):
        return None
    fits = places.shape == (len(seeds), 2) and axes.shape == (2, mean.size)
    whole = all(np.isfinite(array).all() for array in (places, mean, axes))
    if not fits or not whole:
        return None
    return FaceMap(tuple(int(seed) for seed in seeds), places, mean, axes, pictures)
