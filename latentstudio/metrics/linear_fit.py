"""Linear models of what pictures show in the coordinates of their styles: ridge and logistic."""

from collections.abc import Generator as Steps
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.steps import ended

_STEPS = 200
_SETTLED = 1e-7
_PAUSE = 10


@dataclass(frozen=True)
class Plane:
    """A linear function of coordinates: ``weights`` [F] in their own units, and ``bias``."""

    weights: Tensor
    bias: float

    def value(self, coordinates: Tensor) -> Tensor:
        """The function at coordinates [N, F]: log odds, or the number itself."""
        return coordinates.double() @ self.weights + self.bias

    def pattern(self, covariance: Tensor) -> Tensor:
        """How faces differ where the function differs: covariance [F, F] times weights.

        The way to go: weights tell a property best by leaving out what they share with others, and
        a step along them leaves the faces there are (Haufe et al. 2014, equation 6).
        """
        return covariance @ self.weights


class Design:
    """Coordinates of N faces, made ready once for any number of fits.

    Args:
        coordinates: [N, F].
        mean: [F], and
        spread: [F]: what coordinates are measured from and by, so that all are punished alike.
        decay: strength of the L2 penalty on weights of standardised coordinates, in faces.
    """

    def __init__(self, coordinates: Tensor, mean: Tensor, spread: Tensor, decay: float) -> None:
        self._mean, self._spread = mean.double(), spread.double()
        rows = (coordinates.double() - self._mean) / self._spread
        self._rows = F.pad(rows, (0, 1), value=1.0)
        size = self._rows.shape[1]
        self._decay = torch.full((size,), float(decay), dtype=torch.float64)
        self._decay[-1] = 1e-6  # the bias is free
        self._gram = self._rows.T @ self._rows

    def ridge(self, values: Tensor) -> Plane:
        """Least squares with an L2 penalty: what tells numbers [N]."""
        system = self._gram + torch.diag(self._decay)
        target = self._rows.T @ values.double()[:, None]
        return self._plane(torch.cholesky_solve(target, torch.linalg.cholesky(system))[:, 0])

    def logistic(self, shares: Tensor) -> Plane:
        """Logistic regression with an L2 penalty: what tells probabilities [N], 0 to 1.

        Steps under the fixed bound of the Hessian (Böhning 1992), with Nesterov's momentum.
        """
        return ended(self.logistic_steps(shares))

    def logistic_steps(self, shares: Tensor) -> Steps[None, None, Plane]:
        """As ``logistic``, for those who have other things to do: yields every ten steps."""
        targets = shares.double()
        bound = torch.linalg.cholesky(self._gram / 4 + torch.diag(self._decay))
        weights = ahead = torch.zeros(len(self._decay), dtype=torch.float64)
        for step in range(_STEPS):
            residual = targets - torch.sigmoid(self._rows @ ahead)
            slope = self._rows.T @ residual - self._decay * ahead
            climb = torch.cholesky_solve(slope[:, None], bound)[:, 0]
            before, weights = weights, ahead + climb
            ahead = weights + step / (step + 3) * (weights - before)
            if float((weights - before).abs().max()) < _SETTLED:
                break
            if step % _PAUSE == _PAUSE - 1:
                yield
        return self._plane(weights)

    def _plane(self, solved: Tensor) -> Plane:
        weights = solved[:-1] / self._spread
        return Plane(weights, float(solved[-1] - weights @ self._mean))


def folds(count: int, parts: int, labels: Tensor) -> list[Tensor]:
    """Which of N faces are held out in each part: int64 [n], with all labels [N] in every part."""
    order = torch.argsort(labels, stable=True)
    return [order[part::parts] for part in range(min(parts, count))]


def told_rightly(plane: Plane, coordinates: Tensor, labels: Tensor) -> float:
    """The share of labels [N] (0 or 1) that a logistic plane tells."""
    return float(((plane.value(coordinates) > 0) == (labels > 0.5)).double().mean())


def explained(plane: Plane, coordinates: Tensor, values: Tensor) -> float:
    """R^2: the share of the variance of numbers [N] that a plane explains, at most 1."""
    values = values.double()
    left = (values - plane.value(coordinates)).square().mean()
    whole = values.var(unbiased=False).clamp_min(1e-12)
    return float(1 - left / whole)
