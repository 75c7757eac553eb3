"""Coordinates of a search: latents in units in which samples have variance one, and classes."""

import torch
from torch import Tensor

from latentstudio.core.errors import StudioError
from latentstudio.core.recipe import Recipe, Vector
from latentstudio.core.search import ClassShares, Settings
from latentstudio.engine.render import class_weights
from latentstudio.models.generator import Generator

_LIMITS = {"normal": 2.5, "uniform": 1.0, "truncnormal": 2.0}
_SPREAD_SAMPLES = 2048
_FLATTEST = 1e-3
"""Directions in which w hardly varies count as varying by this share of the mean variance."""
_LEAST_CLASS = 0.01
_FIRST_SEED = 2**31
"""Far from the seeds that people choose: a face of seed 5 is to be searched, not to be a sample."""


class Coordinates:
    """Points are latents in units of samples: [B, D], or [B, L, D] in w+.

    In w the unit is that of the style covariance, so that the square of a point is Mahalanobis'
    distance from the mean style. Where a model has classes and none are given, their shares are
    further numbers of a point of z: [B, D + C], tried one by one in samples.

    Attributes:
        reach: where a normal z is clipped, other than usual.
    """

    def __init__(self, generator: Generator, settings: Settings, classes: ClassShares) -> None:
        self.generator, self.settings = generator, settings
        self.info = generator.info
        mapped = self.info.style_layers > 1 and not self.info.classes
        if settings.space != "z" and not mapped:
            raise StudioError(
                f"{self.info.name} has no space {settings.space}",
                "its latents are not mapped to styles",
                "Search in z.",
            )
        self._given = (
            class_weights(self.info, Recipe(classes=classes)) if classes else None
        )  # [1, C]
        self._free = len(self.info.classes) if self._given is None and settings.space == "z" else 0
        self.reach: float | None = None
        self._mean, self._ways, self._back = self._units()

    def samples(self, first: int, count: int) -> Tensor:
        """Points of samples; the number of a sample says its seed and its class."""
        start = _FIRST_SEED + self.settings.seed * 1_000_003 + first
        seeds = [(start + i) % 2**32 for i in range(count)]
        z = self.generator.sample_z(seeds)
        if self.settings.space != "z":
            w = self.generator.map(z)
            latents = w if self.settings.space == "w+" else w[:, 0]
            return (latents - self._mean) @ self._back
        points = z / self._ways
        if not self._free:
            return points
        numbers = torch.arange(first, first + count, device=z.device) % self._free
        return torch.cat([points, torch.nn.functional.one_hot(numbers, self._free)], 1)

    def latents(self, points: Tensor) -> Tensor:
        """Z [B, D], w [B, D] or w+ [B, L, D]."""
        if self.settings.space == "z":
            return points[:, : self.info.z_dim] * self._ways
        return self._mean + points @ self._ways

    def weights(self, points: Tensor) -> Tensor | None:
        """Shares of the classes [B, C]; None for a model without."""
        if self._free:
            return points[:, self.info.z_dim :]
        if self._given is None:
            return None
        return self._given.to(points.device).expand(len(points), -1)

    def styles(self, points: Tensor) -> Tensor:
        """Styles [B, L, D]."""
        latents = self.latents(points)
        if self.settings.space == "z":
            return self.generator.map(latents, self.weights(points))
        if self.settings.space == "w":
            return latents[:, None].expand(-1, self.info.style_layers, -1)
        return latents

    def bounded(self, points: Tensor) -> Tensor:
        """Where the prior is: z is clipped (wider than 1 for a normal), shares of classes sum to 1.

        W is free.
        """
        if self.settings.space != "z":
            return points
        limit = _LIMITS[self.info.prior]
        if self.reach is not None and self.info.prior == "normal":
            limit = self.reach
        limit /= float(self._ways)
        z = points[:, : self.info.z_dim].clamp(-limit, limit)
        if not self._free:
            return z
        return torch.cat([z, on_simplex(points[:, self.info.z_dim :])], 1)

    def improbable(self, points: Tensor) -> Tensor:
        """How far points lie from where samples are: [B], about 0 for samples."""
        if self.settings.space == "z":
            square = points[:, : self.info.z_dim].square().mean(1)
            # Samples of a normal lie on a shell of this radius (Menon et al. 2020, section 3.2).
            return (square - 1).square() if self.info.prior == "normal" else 0 * square
        return (points.square().mean(-1) - 1).clamp_min(0).reshape(len(points), -1).mean(1)

    def plain(self, point: Tensor) -> Tensor:
        """A point without the classes that hardly count."""
        if not self._free:
            return point
        z, shares = point[: self.info.z_dim], point[self.info.z_dim :]
        kept = torch.where(shares < _LEAST_CLASS, 0.0, shares)
        return torch.cat([z, kept / kept.sum()])

    def vector(self, point: Tensor) -> Vector:
        """The latent of one point, for a recipe."""
        return Vector(self.settings.space, self.latents(point[None])[0].cpu().numpy())

    def classes(self, point: Tensor) -> ClassShares:
        """The classes of one point, for a recipe."""
        weights = self.weights(point[None])
        if weights is None:
            return ()
        shares = weights[0].tolist()
        return tuple((n, s) for n, s in zip(self.info.classes, shares, strict=True) if s > 0)

    def _units(self) -> tuple[Tensor, Tensor, Tensor]:
        """Mean, unit and its inverse: a number for z, a matrix [D, D] for w, from samples."""
        if self.settings.space == "z":
            spread = torch.tensor({"uniform": 3**-0.5}.get(self.info.prior, 1.0))
            return torch.zeros(()), spread, 1 / spread
        with torch.no_grad():
            w = self.generator.map(self.generator.sample_z(range(_SPREAD_SAMPLES)))[:, 0].double()
        values, vectors = torch.linalg.eigh(torch.cov(w.T))
        spread = values.clamp_min(float(values.mean()) * _FLATTEST + 1e-12).sqrt()
        ways, back = (spread[:, None] * vectors.T), (vectors / spread)
        return w.mean(0).float(), ways.float(), back.float()


def on_simplex(rows: Tensor) -> Tensor:
    """The nearest shares [B, C]: none negative, of sum 1 (Duchi et al. 2008, figure 1)."""
    falling = rows.sort(1, descending=True).values
    over = falling.cumsum(1) - 1
    count = torch.arange(1, rows.shape[1] + 1, device=rows.device)
    last = (falling - over / count > 0).sum(1, keepdim=True)
    return (rows - over.gather(1, last - 1) / last).clamp_min(0)
