"""The adversarial losses: what the discriminator and the generator minimise, on its numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.model_info import Critic


@dataclass(frozen=True)
class Loss:
    """A pair of losses, both functions (numbers of real pictures, of fake ones) -> scalar.

    Attributes:
        discriminator: what the discriminator minimises.
        generator: what the generator minimises.
        critic: how the trained discriminator's number is to be read.
        pairs: whether the generator's loss looks at the real numbers, too.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    critic: Critic
    pairs: bool = False


def _logistic(real: Tensor, fake: Tensor) -> Tensor:
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def _hinge(real: Tensor, fake: Tensor) -> Tensor:
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


LOSSES: dict[str, Loss] = {
    # Goodfellow et al. 2014, section 3: cross entropy; the generator maximises log D(G(z)).
    "nonsaturating": Loss(_logistic, lambda real, fake: F.softplus(-fake).mean(), "logit"),
    # Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17.
    "hinge": Loss(_hinge, lambda real, fake: -fake.mean(), "hinge"),
    # Arjovsky et al. 2017, equations 2 and 3.
    "wasserstein": Loss(
        lambda real, fake: fake.mean() - real.mean(), lambda real, fake: -fake.mean(), "wasserstein"
    ),
    # Jolicoeur-Martineau 2018, section 4.1, on pairs; Huang et al. 2024 (R3GAN), equation 2.
    "relativistic": Loss(
        lambda real, fake: F.softplus(fake - real).mean(),
        lambda real, fake: F.softplus(real - fake).mean(),
        "wasserstein",
        pairs=True,
    ),
}
