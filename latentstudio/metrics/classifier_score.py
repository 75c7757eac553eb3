"""Classifier score: the Inception Score's formula on what a referee reads."""

from dataclasses import dataclass

import torch
from torch import Tensor

SPLITS = 10


@dataclass(frozen=True)
class ClassifierScore:
    """The mean over splits, and their standard deviation; 1 is worst, the number of values best."""

    mean: float
    spread: float


def classifier_score(probabilities: Tensor, splits: int = SPLITS) -> ClassifierScore:
    """The exponential of the mean divergence of p(y|x) from p(y) (Salimans et al. 2016).

    High where each picture is read with certainty and all values occur.

    Args:
        probabilities: of the values of one factor: [N, V].
        splits: parts that are scored each for itself; no more than there are pictures.
    """
    parts = torch.tensor_split(probabilities.double(), min(splits, len(probabilities)))
    scores = torch.stack([_score(part) for part in parts])
    return ClassifierScore(float(scores.mean()), float(scores.std(correction=0)))


def _score(p: Tensor) -> Tensor:
    marginal = p.mean(0, keepdim=True)
    # xlogy: a value without probability adds nothing.
    divergence = (torch.xlogy(p, p) - torch.xlogy(p, marginal)).sum(1)
    return divergence.mean().exp()
