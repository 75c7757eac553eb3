"""The networks in training, and one step in phases: D main, D regularizer, G main.

A fourth phase, the G regularizer, comes with the first family that has one.
"""

import copy
import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn

from latentstudio.core.errors import StudioError
from latentstudio.models.checkpoint import Bundle
from trainers import dcgan
from trainers.config import RunConfig
from trainers.ema import ema_decay, update_average
from trainers.losses import LOSSES
from trainers.regularizers import r1
from trainers.streams import draw_latents, stream

PATIENCE = 5
"""So many phases skipped in a row end the run."""

FLOOR = 0.05
"""What is left of the learning rates at the end of a run that lets them fall."""

Facts = dict[str, float]


class Pictures(Protocol):
    """What a run needs of its data."""

    @property
    def licence(self) -> str:
        """The licence of what the pictures are made from; empty if unknown."""
        ...

    @property
    def attributions(self) -> tuple[str, ...]:
        """Whom to name, a sentence each."""
        ...

    def __len__(self) -> int: ...

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        """Pictures uint8 [B, H, W, 3]."""
        ...


class Training:
    """Both networks, the average, the optimizers and the clock; one ``step`` is one batch.

    Attributes:
        images: real images shown so far: the clock.
        skipped: phases skipped so far because a number was not finite.
    """

    def __init__(self, config: RunConfig, first: Bundle | None = None) -> None:
        """Build the networks; ``first`` brings weights to begin with."""
        self.config = config
        self.loss = LOSSES[config.loss.kind]
        networks = dcgan.build(config.model, self.loss.critic, config.seed, first)
        self.generator, self.discriminator = networks
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        adam = config.optimizer
        self.optimizer_g, self.optimizer_d = (
            torch.optim.Adam(network.parameters(), rate, (adam.beta1, adam.beta2), fused=True)
            for network, rate in zip(networks, (adam.lr_g, adam.lr_d), strict=True)
        )
        # Batch norm of real and fake pictures together would give the discriminator the answer.
        self.joint = not any(isinstance(m, nn.BatchNorm2d) for m in self.discriminator.modules())
        self.bfloat16 = wants_bfloat16(config.precision)
        self.images = 0
        self.steps = 0
        self.skipped = 0
        self._streak = 0

    def step(self, batches: Sequence[NDArray[np.uint8]]) -> Facts:
        """One step of the generator, after one of the discriminator for each batch.

        Args:
            batches: ``d_steps`` batches of real pictures, uint8 [B, H, W, 3].

        Returns:
            Losses, the discriminator's mean numbers, gradient norms; nan where a phase was
            skipped.

        Raises:
            StudioError: several phases in a row were not finite.
        """
        self._set_learning_rates()
        facts: Facts = {}
        *extra, last = (to_images(batch) for batch in batches)
        for number, real in enumerate(extra):
            with torch.no_grad():
                fake = self._draw_fakes(1 + number)
            facts |= self._discriminator_phases(real, fake)
        # These fakes serve both networks, which saves one pass of the generator.
        fake = self._draw_fakes(0)
        facts |= self._discriminator_phases(last, fake.detach())
        facts |= self._generator_main(fake)
        shown = sum(len(batch) for batch in batches)
        self.images += shown
        self.steps += 1
        average = self.config.average
        half_life = average.half_life_kimg * 1000
        decay = ema_decay(self.images, shown, half_life, average.ramp)
        update_average(self.average, self.generator, decay)
        return facts

    def state(self) -> dict[str, Any]:
        """Everything that a later step depends on, as tensors and plain numbers."""
        networks = {name: getattr(self, name).state_dict() for name in _NETWORKS}
        clock = {name: getattr(self, name) for name in _CLOCK}
        return {**networks, **clock}

    def load_state(self, state: dict[str, Any]) -> None:
        for name in _NETWORKS:
            getattr(self, name).load_state_dict(state[name])
        for name in _CLOCK:
            setattr(self, name, state[name])

    # The phases

    def _discriminator_phases(self, real: Tensor, fake: Tensor) -> Facts:
        facts = self._discriminator_main(real, fake)
        for penalty in self.config.regularizers:
            if self.steps % penalty.every == 0:
                # Lazy: rarer, and stronger by as much (Karras et al. 2020, StyleGAN2, section 3.1).
                value = penalty.gamma * r1(self.discriminator, real)
                self._descend(self.optimizer_d, self.discriminator, value * penalty.every)
                facts[penalty.kind] = float(value.detach())
        return facts

    def _discriminator_main(self, real: Tensor, fake: Tensor) -> Facts:
        with self._autocast():
            if self.joint:
                verdicts = self.discriminator(torch.cat([real, fake]))
                on_real, on_fake = verdicts.split([len(real), len(fake)])
            else:
                on_real, on_fake = self.discriminator(real), self.discriminator(fake)
        loss = self.loss.discriminator(on_real, on_fake)
        norm = self._descend(self.optimizer_d, self.discriminator, loss)
        return {
            "loss_d": float(loss.detach()),
            "d_real": float(on_real.detach().mean()),
            "d_fake": float(on_fake.detach().mean()),
            "gradient_d": norm,
        }

    def _generator_main(self, fake: Tensor) -> Facts:
        self.discriminator.requires_grad_(False)
        with self._autocast():
            verdicts = self.discriminator(fake)
        self.discriminator.requires_grad_(True)
        loss = self.loss.generator(verdicts)
        norm = self._descend(self.optimizer_g, self.generator, loss)
        return {"loss_g": float(loss.detach()), "gradient_g": norm}

    def _descend(self, optimizer: torch.optim.Optimizer, network: nn.Module, loss: Tensor) -> float:
        """Step down the gradient if it is finite; its norm, or nan when skipped."""
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        norm = float(torch.nn.utils.get_total_norm(gradients))
        if math.isfinite(float(loss.detach())) and math.isfinite(norm):
            optimizer.step()
            self._streak = 0
            return norm
        self.skipped += 1
        self._streak += 1
        if self._streak >= PATIENCE:
            raise StudioError(
                "The training has come apart",
                f"{PATIENCE} steps in a row gave numbers that are not finite "
                f"(after {self.images / 1000:.1f} thousand images)",
                "Lower the learning rates or raise the regularizer's gamma, and start from an "
                "earlier snapshot; --set precision=float32 rules out rounding.",
            )
        return math.nan

    def _draw_fakes(self, number: int) -> Tensor:
        config = self.config
        position = self.steps * (config.d_steps + 1) + number
        random = stream("latents", config.seed, position)
        z = draw_latents(config.model.prior, config.batch, config.model.z_dim, random)
        with self._autocast():
            fake: Tensor = self.generator(z)
        return fake

    def _set_learning_rates(self) -> None:
        adam = self.config.optimizer
        factor = learning_rate_factor(self.images / (self.config.kimg * 1000), adam.decay_from)
        self.optimizer_g.param_groups[0]["lr"] = adam.lr_g * factor
        self.optimizer_d.param_groups[0]["lr"] = adam.lr_d * factor

    def _autocast(self) -> torch.autocast:
        return torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16)


_NETWORKS = ("generator", "discriminator", "average", "optimizer_g", "optimizer_d")
_CLOCK = ("images", "steps", "skipped", "_streak")


def learning_rate_factor(progress: float, decay_from: float) -> float:
    """1 until ``decay_from`` of the run, then down in a line to FLOOR at its end."""
    if progress <= decay_from or decay_from >= 1:
        return 1.0
    return max(FLOOR, 1 - (1 - FLOOR) * (progress - decay_from) / (1 - decay_from))


def to_images(batch: NDArray[np.uint8]) -> Tensor:
    """Pictures uint8 [B, H, W, 3] as float32 [B, 3, H, W] in [-1, 1], channels last in memory."""
    return torch.from_numpy(batch).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def wants_bfloat16(precision: str) -> bool:
    """Whether the main phases run in bfloat16; ``auto`` asks the processor."""
    if precision == "auto":
        capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
        return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
    return precision == "bfloat16"
