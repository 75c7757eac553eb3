"""Linear separability: can a plane in latent space tell the values of a factor apart?"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SURE = 0.5
"""The share of pictures, the surest, that a factor is judged on."""

_STEPS = 100
_DECAY = 1e-4  # keeps weights finite where values are apart


@dataclass(frozen=True)
class Separability:
    """Two to the sum of the entropies: 1 is best; each factor adds a factor of its own.

    Attributes:
        score: over all factors.
        entropies: bits that the plane's answer leaves open, by factor.
    """

    score: float
    entropies: Mapping[str, float]


def separability(latents: Tensor, read: Mapping[str, Tensor]) -> Separability:
    """How well planes in latents [N, D] tell what was read (Karras et al. 2019, section 4.2).

    For each factor, on the half of the pictures that was read most surely, a linear classifier
    learns the value from the latent; its answer X leaves H(Y|X) bits of the value Y open. Logistic
    regression takes the place of the published support vector machine, so that a factor may have
    more than two values. Factors with a single value are left out.

    Args:
        latents: z or w of N pictures.
        read: by factor, the probabilities of its values [N, V].
    """
    entropies = {}
    for name, probabilities in read.items():
        sureness, values = probabilities.max(1)
        kept = sureness.topk(max(2, int(SURE * len(sureness)))).indices
        if int(values[kept].min()) < int(values[kept].max()):
            told = _classify(latents[kept], values[kept], probabilities.shape[1])
            entropies[name] = conditional_entropy(values[kept], told)
    return Separability(2.0 ** sum(entropies.values()), entropies)


def conditional_entropy(y: Tensor, x: Tensor) -> float:
    """H(Y|X) in bits of two series of whole numbers [N]."""
    pairs = torch.stack([x, y], 1)
    joint = torch.unique(pairs, dim=0, return_counts=True)[1].double() / len(x)
    alone = torch.unique(x, return_counts=True)[1].double() / len(x)
    nats = torch.xlogy(alone, alone).sum() - torch.xlogy(joint, joint).sum()
    return max(0.0, float(nats)) / math.log(2)


def _classify(latents: Tensor, values: Tensor, count: int) -> Tensor:
    """What multinomial logistic regression on these latents says of them: [N].

    Gradient steps under a fixed bound of the Hessian (Böhning 1992), with Nesterov's momentum.
    """
    spread, mean = torch.std_mean(latents.double(), dim=0)
    design = F.pad((latents.double() - mean) / spread.clamp_min(1e-8), (0, 1), value=1.0)
    targets = F.one_hot(values, count).double()
    decay = _DECAY * len(design) * torch.eye(design.shape[1], dtype=torch.float64)
    bound = torch.linalg.cholesky(design.T @ design / 2 + decay)
    weights = ahead = torch.zeros(design.shape[1], count, dtype=torch.float64)
    for step in range(_STEPS):
        residual = targets - (design @ ahead).softmax(1)
        climb = torch.cholesky_solve(design.T @ residual - decay @ ahead, bound)
        before, weights = weights, ahead + climb
        ahead = weights + step / (step + 3) * (weights - before)
    return (design @ weights).argmax(1)
