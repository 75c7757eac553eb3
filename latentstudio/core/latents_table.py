"""Latents of kept faces as a table, one row a face: .npz for programs, .csv for spreadsheets."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from latentstudio.core.errors import StudioError
from latentstudio.core.files import atomic_file, atomic_write
from latentstudio.core.gallery import Kept
from latentstudio.core.latent import Array
from latentstudio.core.recipe import Seed, title_of

ENDINGS = (".npz", ".csv")


@dataclass(frozen=True, slots=True)
class Row:
    """A face and where it is.

    Attributes:
        kept: the face, with star, mark and note.
        z: float32 [z_dim]; None where it has no one z, as a mix of styles has none.
        w: its styles as they are drawn, after truncation and moves, float32 [L, D].
    """

    kept: Kept
    z: Array | None
    w: Array

    @property
    def name(self) -> str:
        return title_of(self.kept.recipe)

    @property
    def seed(self) -> int | None:
        """The seed of a plain sample, None for a blend or a vector."""
        active = self.kept.recipe.active
        latent = active[0].latent
        return latent.value if len(active) == 1 and isinstance(latent, Seed) else None


def check_ending(path: Path) -> None:
    """Refuse a name that says nothing of the format.

    Raises:
        StudioError: it ends in neither .npz nor .csv.
    """
    if path.suffix.lower() not in ENDINGS:
        raise StudioError(
            f"Could not write {path.name}",
            "latents are written as .npz or .csv",
            "Give a name that ends in one of them.",
        )


def write_latents(path: Path, rows: Sequence[Row]) -> None:
    """Write the table in the format of the name's ending, as a whole or not at all.

    ``.csv`` has the columns name, seed, note, starred, mark, z_000... and w_000...; where faces
    have other styles in other layers these are w00_000... with the layer first. Empty cells stand
    for what a face does not have. ``.npz`` has the keys name, seed (-1 for none), note, starred,
    mark, z [N, z_dim] (NaN for none) and w [N, L, D].

    Raises:
        StudioError: another ending, or the disk refuses.
    """
    check_ending(path)
    if path.suffix.lower() == ".csv":
        atomic_write(path, csv_bytes(rows))
        return
    with atomic_file(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            name=np.array([row.name for row in rows], np.str_),
            seed=np.array([-1 if row.seed is None else row.seed for row in rows], np.int64),
            note=np.array([row.kept.note for row in rows], np.str_),
            starred=np.array([row.kept.starred for row in rows], np.bool_),
            mark=np.array([row.kept.mark for row in rows], np.int8),
            z=_all_z(rows),
            w=np.stack([row.w for row in rows]),
        )


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """The table as comma-separated text, with nine digits: float32 numbers come back exactly."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    one = all((row.w == row.w[0]).all() for row in rows)
    sizes = [row.z.size for row in rows if row.z is not None]
    wide = max(sizes, default=0)
    writer.writerow(_header(wide, rows[0].w.shape, one=one))
    for row in rows:
        z = _numbers(row.z) if row.z is not None else [""] * wide
        facts = [row.name, "" if row.seed is None else row.seed, row.kept.note]
        facts += [int(row.kept.starred), row.kept.mark]
        writer.writerow([*facts, *z, *_numbers(row.w[0] if one else row.w)])
    return text.getvalue().encode()


def _header(z: int, w: tuple[int, ...], *, one: bool) -> Iterator[str]:
    yield from ("name", "seed", "note", "starred", "mark")
    yield from (f"z_{i:03d}" for i in range(z))
    for layer in range(1 if one else w[0]):
        yield from (f"w_{i:03d}" if one else f"w{layer:02d}_{i:03d}" for i in range(w[1]))


def _numbers(array: Array) -> list[str]:
    return [f"{number:.9g}" for number in array.ravel().tolist()]


def _all_z(rows: Sequence[Row]) -> Array:
    wide = max((row.z.size for row in rows if row.z is not None), default=0)
    missing = np.full(wide, np.nan, np.float32)
    return np.stack([missing if row.z is None else row.z for row in rows])
