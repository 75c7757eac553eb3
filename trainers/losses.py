"""The adversarial losses: what the discriminator and the generator minimise, on its numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.model_info import Critic


@dataclass(frozen=True)
class Loss:
    """A pair of losses.

    Attributes:
        discriminator: (numbers of real pictures, of fake ones) -> scalar.
        generator: numbers of fake pictures -> scalar.
        critic: how the trained discriminator's number is to be read.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    critic: Critic


def _logistic(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def _hinge(real: Tensor, fake: Tensor) -> Tensor:
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


LOSSES: dict[str, Loss] = {
    # Goodfellow et al. 2014, section 3: cross entropy; the generator maximises log D(G(z)).
    "nonsaturating": Loss(_logistic, lambda fake: F.softplus(-fake).mean(), "logit"),
    # Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17.
    "hinge": Loss(_hinge, lambda fake: -fake.mean(), "hinge"),
}
