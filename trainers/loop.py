"""The networks in training, and one step in four phases: D main, D regularizer, G main and G's."""

import copy
import math
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from latentstudio.core.errors import StudioError
from latentstudio.models.checkpoint import Bundle
from trainers import networks, regularizers
from trainers.config import GradientPenalty, Orthogonal, PathLength, RunConfig
from trainers.ema import ema_decay, update_average
from trainers.losses import LOSSES
from trainers.mixing import mixed_styles
from trainers.precision import wants_bfloat16
from trainers.streams import draw_latents, stream

PATIENCE = 5
"""So many phases skipped in a row end the run."""

FLOOR = 0.05
"""What is left of the learning rates at the end of a run that lets them fall."""

Facts = dict[str, float]


class Batch(NamedTuple):
    """Real pictures uint8 [B, H, W, 3], and their class numbers int64 [B] if there are classes."""

    images: NDArray[np.uint8]
    labels: NDArray[np.int64] | None = None


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

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the class labels; empty without classes."""
        ...

    def __len__(self) -> int: ...

    def labels(self, indices: ArrayLike) -> NDArray[Any] | None:
        """Class numbers int64 [B], or None without labels."""
        ...

    def images(self, indices: ArrayLike) -> NDArray[np.uint8]:
        """Pictures uint8 [B, H, W, 3]."""
        ...


class Training:
    """Both networks, the average, the optimizers and the clock; one ``step`` is one batch.

    Attributes:
        images: real images shown so far: the clock.
        skipped: phases skipped so far because a number was not finite.
    """

    def __init__(
        self, config: RunConfig, first: Bundle | None = None, classes: Sequence[str] = ()
    ) -> None:
        """Build the networks.

        Args:
            config: everything about the run.
            first: brings weights to begin with.
            classes: names of the class labels of the data.
        """
        self.config = config
        self.classes = tuple(classes)
        self.loss = LOSSES[config.loss.kind]
        pair = networks.build(config.model, self.loss.critic, config.seed, first, len(classes))
        self.generator, self.discriminator = pair
        self.average = copy.deepcopy(self.generator).eval().requires_grad_(False)
        adam = config.optimizer
        self.optimizer_g, self.optimizer_d = (
            torch.optim.Adam(network.parameters(), rate, (adam.beta1, adam.beta2), fused=True)
            for network, rate in zip(pair, (adam.lr_g, adam.lr_d), strict=True)
        )
        # Batch norm of real and fake pictures together would give the discriminator the answer.
        self.joint = not any(isinstance(m, nn.BatchNorm2d) for m in self.discriminator.modules())
        self.path_mean = torch.zeros(())
        self.images = 0
        self.steps = 0
        self.skipped = 0
        self._streak = 0
        self.bfloat16 = self._wants_bfloat16()

    def step(self, batches: Sequence[Batch]) -> Facts:
        """One step of the generator, after one of the discriminator for each batch.

        Args:
            batches: ``d_steps`` batches of real pictures.

        Returns:
            Losses, the discriminator's mean numbers, gradient norms; nan where a phase was
            skipped.

        Raises:
            StudioError: several phases in a row were not finite.
        """
        self._set_learning_rates()
        # What layers draw for themselves (noise, say) depends on the step alone, too.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stream("step", self.config.seed, self.steps).initial_seed())
            facts = self._phases(batches)
        shown = sum(len(batch.images) for batch in batches)
        self.images += shown
        self.steps += 1
        average = self.config.average
        half_life = average.half_life_kimg * 1000
        decay = ema_decay(self.images, shown, half_life, average.ramp)
        update_average(self.average, self.generator, decay)
        return facts

    def state(self) -> dict[str, Any]:
        """Everything that a later step depends on, as tensors and plain numbers."""
        parts = {name: getattr(self, name).state_dict() for name in _NETWORKS}
        clock = {name: getattr(self, name) for name in _CLOCK}
        return {**parts, **clock}

    def load_state(self, state: dict[str, Any]) -> None:
        for name in _NETWORKS:
            getattr(self, name).load_state_dict(state[name])
        for name in _CLOCK:
            setattr(self, name, state[name])

    # The phases

    def _phases(self, batches: Sequence[Batch]) -> Facts:
        facts: Facts = {}
        *extra, last = batches
        for number, batch in enumerate(extra):
            with torch.no_grad():
                fake = self._draw_fakes(1 + number, self._class_weights(batch))
            facts |= self._discriminator_phases(batch, fake)
        # These fakes serve both networks, which saves one pass of the generator. They have the
        # classes of the real pictures, and so the same shares of them.
        fake = self._draw_fakes(0, self._class_weights(last))
        facts |= self._discriminator_phases(last, fake.detach())
        facts |= self._generator_main(fake, last)
        return facts | self._generator_regularizers(last)

    def _discriminator_phases(self, batch: Batch, fake: Tensor) -> Facts:
        real, classes = to_images(batch.images), self._class_weights(batch)
        facts = self._discriminator_main(real, fake, classes)

        def criticise(images: Tensor) -> Tensor:
            verdicts: Tensor = self.discriminator(images, *classes)
            return verdicts

        for penalty in self._due(of_generator=False):
            # Lazy: rarer, and stronger by as much (Karras et al. 2020, StyleGAN2, section 3.1).
            if isinstance(penalty, GradientPenalty):
                value = regularizers.gradient_penalty(
                    criticise, real, fake, penalty.target, penalty.drift, penalty.gamma
                )
            else:
                images = real if penalty.kind == "r1" else fake
                value = penalty.gamma * regularizers.r1(criticise, images)
            self._descend(self.optimizer_d, self.discriminator, value * penalty.every)
            facts[penalty.kind] = float(value.detach())
        return facts

    def _discriminator_main(self, real: Tensor, fake: Tensor, classes: tuple[Tensor, ...]) -> Facts:
        with self._autocast():
            if self.joint:
                both = [torch.cat([part, part]) for part in classes]
                verdicts = self.discriminator(torch.cat([real, fake]), *both)
                on_real, on_fake = verdicts.split([len(real), len(fake)])
            else:
                on_real = self.discriminator(real, *classes)
                on_fake = self.discriminator(fake, *classes)
        loss = self.loss.discriminator(on_real, on_fake)
        norm = self._descend(self.optimizer_d, self.discriminator, loss)
        return {
            "loss_d": float(loss.detach()),
            "d_real": float(on_real.detach().mean()),
            "d_fake": float(on_fake.detach().mean()),
            "gradient_d": norm,
        }

    def _generator_main(self, fake: Tensor, batch: Batch) -> Facts:
        classes = self._class_weights(batch)
        self.discriminator.requires_grad_(False)
        with self._autocast():
            on_fake = self.discriminator(fake, *classes)
            on_real = on_fake
            if self.loss.pairs:
                on_real = self.discriminator(to_images(batch.images), *classes)
        self.discriminator.requires_grad_(True)
        loss = self.loss.generator(on_real, on_fake)
        norm = self._descend(self.optimizer_g, self.generator, loss)
        return {"loss_g": float(loss.detach()), "gradient_g": norm}

    def _generator_regularizers(self, batch: Batch) -> Facts:
        facts: Facts = {}
        for penalty in self._due(of_generator=True):
            if isinstance(penalty, PathLength):
                value = self._path_length(penalty, batch)
            else:
                value = penalty.gamma * regularizers.orthogonality(self.generator)
            self._descend(self.optimizer_g, self.generator, value * penalty.every)
            facts[penalty.kind] = float(value.detach())
        return facts

    def _path_length(self, penalty: PathLength, batch: Batch) -> Tensor:
        """Squared distance of path lengths to their running mean (Karras et al. 2020, eq. 4)."""
        count = math.ceil(len(batch.images) * penalty.share)
        classes = [part[:count] for part in self._class_weights(batch)]
        w = self.generator.mapping(torch.randn(count, self.config.model.z_dim), *classes)  # type: ignore[operator]
        styles = w[:, None].repeat(1, self.generator.style_layers, 1)
        lengths = regularizers.path_lengths(self.generator.draw, styles)  # type: ignore[arg-type]
        with torch.no_grad():
            self.path_mean.lerp_(lengths.mean(), penalty.decay)
        return penalty.gamma * (lengths - self.path_mean).square().mean()

    def _due(self, *, of_generator: bool) -> list[Any]:
        """The regularizers of one network whose turn it is."""
        return [
            penalty
            for penalty in self.config.regularizers
            if isinstance(penalty, PathLength | Orthogonal) == of_generator
            and self.steps % penalty.every == 0
        ]

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

    def _draw_fakes(self, number: int, classes: tuple[Tensor, ...]) -> Tensor:
        config = self.config
        position = self.steps * (config.d_steps + 1) + number
        random = stream("latents", config.seed, position)
        z = draw_latents(config.model.prior, config.batch, config.model.z_dim, random)
        with self._autocast():
            if config.style_mixing:
                styles = mixed_styles(self.generator, z, classes, config.style_mixing)
                fake: Tensor = self.generator.draw(styles)  # type: ignore[operator]
            else:
                fake = self.generator(z, *classes)
        return fake

    def _class_weights(self, batch: Batch) -> tuple[Tensor, ...]:
        """What networks take beside their input: class weights [B, C], or nothing."""
        return class_weights(batch.labels, len(self.classes))

    def _set_learning_rates(self) -> None:
        adam = self.config.optimizer
        factor = learning_rate_factor(self.images / (self.config.kimg * 1000), adam.decay_from)
        self.optimizer_g.param_groups[0]["lr"] = adam.lr_g * factor
        self.optimizer_d.param_groups[0]["lr"] = adam.lr_d * factor

    def _wants_bfloat16(self) -> bool:
        config, classes = self.config, len(self.classes)
        pair = copy.deepcopy((self.generator, self.discriminator))
        z = draw_latents(
            config.model.prior, config.batch, config.model.z_dim, stream("latents", config.seed)
        )
        weights = class_weights(np.arange(config.batch) % max(classes, 1), classes)

        def forward() -> Tensor:
            verdicts: Tensor = pair[1](pair[0](z, *weights), *weights)
            return verdicts

        return wants_bfloat16(config.precision, forward)

    def _autocast(self) -> torch.autocast:
        return torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16)


_NETWORKS = ("generator", "discriminator", "average", "optimizer_g", "optimizer_d")
_CLOCK = ("images", "steps", "skipped", "_streak", "path_mean", "bfloat16")


def learning_rate_factor(progress: float, decay_from: float) -> float:
    """1 until ``decay_from`` of the run, then down in a line to FLOOR at its end."""
    if progress <= decay_from or decay_from >= 1:
        return 1.0
    return max(FLOOR, 1 - (1 - FLOOR) * (progress - decay_from) / (1 - decay_from))


def to_images(batch: NDArray[np.uint8]) -> Tensor:
    """Pictures uint8 [B, H, W, 3] as float32 [B, 3, H, W] in [-1, 1], channels last in memory."""
    return torch.from_numpy(batch).permute(0, 3, 1, 2).float().div_(127.5).sub_(1)


def class_weights(labels: NDArray[Any] | None, count: int) -> tuple[Tensor, ...]:
    """Labels int64 [B] as class weights float32 ([B, count],); nothing without classes."""
    if labels is None or not count:
        return ()
    return (F.one_hot(torch.from_numpy(labels).long(), count).float(),)
