"""The networks in training, and one step in four phases: D main, D regularizer, G main and G's."""

import copy
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from latentstudio.core.devices import DEVICES
from latentstudio.models.checkpoint import Bundle
from latentstudio.models.layers import follow
from latentstudio.models.progressive import Growing, faded, shrunk
from latentstudio.models.stylegan import StyleganGenerator
from trainers import networks, regularizers
from trainers.augment import augment
from trainers.config import GradientPenalty, Orthogonal, PathLength, RunConfig
from trainers.ema import ema_decay, update_average
from trainers.facts import Facts, Found, check_streak, read
from trainers.labels import check_classes, check_same_classes, used_classes
from trainers.losses import LOSSES
from trainers.mixing import mixed_styles
from trainers.pictures import Batch, class_weights, to_images
from trainers.precision import wants_bfloat16
from trainers.rates import learning_rate_factor, main_share
from trainers.schedule import Stage, stage_at
from trainers.spectral import largest_singular_value, plain
from trainers.streams import draw_latents, stream

SIGMAS_EVERY = 10
"""The singular values of normalised weights are looked at every so many steps."""


class Sample(NamedTuple):
    """What the networks take at once: real pictures, as many z, class weights if there are any."""

    real: Tensor
    z: Tensor
    classes: tuple[Tensor, ...]


class Look(NamedTuple):
    """What the discriminator looks at: real and fake pictures [B, 3, R, R], class weights."""

    real: Tensor
    fake: Tensor
    classes: tuple[Tensor, ...]


class Training:
    """Both networks, the average, the optimizers and the clock; one ``step`` is one batch.

    Attributes:
        device: where everything is computed.
        images: real images shown so far: the clock.
        stage: the resolution, its share and the batch that this clock asks for.
        skipped: phases skipped so far because a number was not finite.
    """

    def __init__(
        self,
        config: RunConfig,
        first: Bundle | None = None,
        classes: Sequence[str] = (),
        device: str = "cpu",
    ) -> None:
        """Build the networks.

        Args:
            config: everything about the run.
            first: brings weights to begin with.
            classes: names of the class labels of the data.
            device: where to compute. What decides a run (first weights, z, the order of pictures)
                is drawn by the processor everywhere.

        Raises:
            StudioError: the family needs classes; the weights do not fit.
        """
        check_classes(config.model.family, classes)
        self.config = config
        self.classes = used_classes(config.model.family, classes)
        self.loss = LOSSES[config.loss.kind]
        pair = networks.build(config.model, self.loss.critic, config.seed, first, len(self.classes))
        self.device = torch.device(device)
        self.generator, self.discriminator = (part.to(self.device) for part in pair)
        for name, strength in self.generator.named_parameters() if config.noise_from else ():
            if name.endswith("noise_strength"):
                nn.init.zeros_(strength)
        self.average = plain(self.generator)
        adam, fused = config.optimizer, self.device.type in DEVICES
        self._share_g, self._share_d = (self._main_share(of_generator=on) for on in (True, False))
        rates = (adam.lr_g, self._share_g), (adam.lr_d, self._share_d)
        self.optimizer_g, self.optimizer_d = (
            torch.optim.Adam(
                network.parameters(), r * share, (adam.beta1**share, adam.beta2**share), fused=fused
            )
            for network, (r, share) in zip(pair, rates, strict=True)
        )
        self.path_mean = torch.zeros((), device=self.device)
        self.images = 0
        self.steps = 0
        self.skipped = 0
        self._streak = 0
        self.bfloat16 = self._wants_bfloat16()
        self.stage = self._enter_stage()

    def step(self, batches: Sequence[Batch]) -> Facts:
        """One step of the generator, after one of the discriminator for each batch.

        Args:
            batches: ``d_steps`` batches of real pictures.

        Returns:
            Losses, the discriminator's mean numbers, gradient norms; nan where a phase was
            skipped.

        Raises:
            StudioError: several steps in a row were not finite.
        """
        self._set_learning_rates()
        skipped = self.skipped
        # What layers draw for themselves (noise, say) depends on the step alone, too.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(stream("step", self.config.seed, self.steps).initial_seed())
            found = self._phases(batches) | self._singular_values()
        self._streak = self._streak + 1 if self.skipped > skipped else 0
        check_streak(self._streak, self.images)
        shown = sum(len(batch.images) for batch in batches)
        self.images += shown
        self.steps += 1
        average = self.config.average
        half_life = average.half_life_kimg * 1000
        decay = ema_decay(self.images, shown, half_life, average.ramp)
        update_average(self.average, self.generator, decay)
        before, self.stage = self.stage, self._enter_stage()
        if self.stage.resolution != before.resolution:
            # The moments belong to the gradients of smaller pictures (Karras et al. 2018, A.1).
            self.optimizer_g.state.clear()
            self.optimizer_d.state.clear()
        return dict(zip(found, read(found.values()), strict=True))

    def state(self) -> dict[str, Any]:
        """Everything that a later step depends on, as tensors and plain numbers."""
        parts = {name: getattr(self, name).state_dict() for name in _NETWORKS}
        clock = {name: getattr(self, name) for name in _CLOCK}
        return {**parts, **clock, "classes": list(self.classes)}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from what ``state`` gave.

        Raises:
            StudioError: the data has other classes now.
        """
        check_same_classes(state.get("classes", self.classes), self.classes)
        for name in _NETWORKS:
            getattr(self, name).load_state_dict(state[name])
        for name in _CLOCK:
            setattr(self, name, state[name])
        self.path_mean = self.path_mean.to(self.device)
        self.enter(self.images)

    def enter(self, images: float) -> None:
        """Set the clock, and bring all networks to the stage it asks for."""
        self.images = int(images)
        self.stage = self._enter_stage()

    # The phases

    def _phases(self, batches: Sequence[Batch]) -> Found:
        facts: Found = {}
        *extra, last = batches
        for number, batch in enumerate(extra):
            parts = self._parts(batch, 1 + number)
            facts |= self._discriminator_phases([self._looked_at(part) for part in parts])
        parts = self._parts(last, 0)
        # Fakes of a whole batch serve both networks, which saves one pass of the generator; those
        # of a split one are drawn again, since only one part at a time is to be in memory. They
        # have the classes of the real pictures, and so the same shares of them.
        fakes = [self._draw(parts[0])] if len(parts) == 1 else []
        looks = (
            [self._looked_at(parts[0], fakes[0])]
            if fakes
            else [self._looked_at(part) for part in parts]
        )
        facts |= self._discriminator_phases(looks)
        facts |= self._generator_main(fakes or (self._draw(part) for part in parts), looks)
        return facts | self._generator_regularizers(parts)

    def _discriminator_phases(self, looks: Sequence[Look]) -> Found:
        facts = self._discriminator_main(looks)
        for penalty in self._due(of_generator=False):
            # Lazy: rarer, and stronger by as much (Karras et al. 2020, StyleGAN2, section 3.1).
            values = (penalty.every * self._penalised(penalty, look) for look in looks)
            value, _ = self._descend(self.optimizer_d, self.discriminator, values, len(looks))
            facts[penalty.kind] = value / penalty.every
        return facts

    def _penalised(self, penalty: Any, look: Look) -> Tensor:
        def criticise(images: Tensor) -> Tensor:
            return self._criticise(images, *look.classes)

        if isinstance(penalty, GradientPenalty):
            return regularizers.gradient_penalty(
                criticise, look.real, look.fake, penalty.target, penalty.drift, penalty.gamma
            )
        value = regularizers.r1(criticise, look.real if penalty.kind == "r1" else look.fake)
        weighted: Tensor = penalty.gamma * value
        return weighted

    def _discriminator_main(self, looks: Sequence[Look]) -> Found:
        means: list[Tensor] = []

        def losses() -> Iterator[Tensor]:
            for look in looks:
                with self._autocast():
                    on_real, on_fake = self._verdicts(look)
                means.append(torch.stack([on_real.detach().mean(), on_fake.detach().mean()]))
                yield self.loss.discriminator(on_real, on_fake)

        loss, norm = self._descend(self.optimizer_d, self.discriminator, losses(), len(looks))
        d_real, d_fake = torch.stack(means).mean(0)
        return {"loss_d": loss, "d_real": d_real, "d_fake": d_fake, "gradient_d": norm}

    def _criticise(self, images: Tensor, *classes: Tensor) -> Tensor:
        verdicts: Tensor = self.discriminator(augment(images, self.config.augment), *classes)
        return verdicts

    def _verdicts(self, look: Look) -> tuple[Tensor, Tensor]:
        real, fake, classes = look
        if networks.mixes_halves(self.discriminator, len(real)):
            # What real and fake pictures have together would give the answer away.
            return self._criticise(real, *classes), self._criticise(fake, *classes)
        both = [torch.cat([part, part]) for part in classes]
        verdicts = self._criticise(torch.cat([real, fake]), *both)
        return verdicts[: len(real)], verdicts[len(real) :]

    def _generator_main(self, fakes: Iterable[Tensor], looks: Sequence[Look]) -> Found:
        def losses() -> Iterator[Tensor]:
            for fake, look in zip(fakes, looks, strict=True):
                self.discriminator.requires_grad_(False)
                with self._autocast():
                    on_fake = self._criticise(fake, *look.classes)
                    on_real = on_fake
                    if self.loss.pairs:
                        on_real = self._criticise(look.real, *look.classes)
                self.discriminator.requires_grad_(True)
                yield self.loss.generator(on_real, on_fake)

        loss, norm = self._descend(self.optimizer_g, self.generator, losses(), len(looks))
        return {"loss_g": loss, "gradient_g": norm}

    def _generator_regularizers(self, parts: Sequence[Sample]) -> Found:
        facts: Found = {}
        for penalty in self._due(of_generator=True):
            values: Iterable[Tensor]
            if isinstance(penalty, PathLength):
                count = len(parts)
                values = (penalty.every * self._path_length(penalty, p, count) for p in parts)
            else:
                count, weight = 1, penalty.every * penalty.gamma
                values = [weight * regularizers.orthogonality(self.generator)]
            value, _ = self._descend(self.optimizer_g, self.generator, values, count)
            facts[penalty.kind] = value / penalty.every
        return facts

    def _path_length(self, penalty: PathLength, part: Sample, parts: int) -> Tensor:
        """Squared distance of path lengths to their running mean (Karras et al. 2020, eq. 4)."""
        count = math.ceil(len(part.real) * penalty.share)
        classes = [weights[:count] for weights in part.classes]
        z = torch.randn(count, self.config.model.z_dim, device=self.device)
        w = self.generator.mapping(z, *classes)  # type: ignore[operator]
        styles = w[:, None].repeat(1, self.generator.style_layers, 1)
        lengths = regularizers.path_lengths(self.generator.draw, styles)  # type: ignore[arg-type]
        follow(self.path_mean, lengths.mean(), penalty.decay / parts)
        return penalty.gamma * (lengths - self.path_mean).square().mean()

    def _due(self, *, of_generator: bool) -> list[Any]:
        """The regularizers of one network whose turn it is."""
        return [p for p in self._penalties(of_generator) if self.steps % p.every == 0]

    def _penalties(self, of_generator: bool) -> list[Any]:
        kinds = PathLength | Orthogonal
        return [p for p in self.config.regularizers if isinstance(p, kinds) == of_generator]

    def _main_share(self, *, of_generator: bool) -> float:
        lazy = self._penalties(of_generator) if self.config.optimizer.lazy else []
        return main_share(penalty.every for penalty in lazy)

    def _descend(
        self,
        optimizer: torch.optim.Optimizer,
        network: nn.Module,
        losses: Iterable[Tensor],
        count: int,
    ) -> tuple[Tensor, Tensor]:
        """Step down the mean gradient of ``count`` losses if it is finite.

        Each loss goes back before the next one is computed, so only one is in memory.

        Returns:
            The mean loss, and the norm of the gradient or nan when skipped.
        """
        optimizer.zero_grad()
        total = torch.zeros((), device=self.device)
        for loss in losses:
            (loss / count).backward()  # type: ignore[no-untyped-call]
            total += loss.detach() / count
        gradients = [p.grad for p in network.parameters() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        if all(map(math.isfinite, read([total, norm]))):
            optimizer.step()
            return total, norm
        self.skipped += 1
        return total, torch.full_like(norm, math.nan)

    def _parts(self, batch: Batch, number: int) -> list[Sample]:
        """The parts of a batch, each with as many z; ``number`` tells a step's batches apart."""
        config = self.config
        position = self.steps * (config.d_steps + 1) + number
        random = stream("latents", config.seed, position)
        z = draw_latents(config.model.prior, len(batch.images), config.model.z_dim, random)
        weights = class_weights(batch.labels, len(self.classes))
        columns = (self._real(batch), *(part.to(self.device) for part in (z, *weights)))
        rows = zip(*(part.chunk(config.accumulate) for part in columns), strict=True)
        return [Sample(real, latents, tuple(classes)) for real, latents, *classes in rows]

    def _real(self, batch: Batch) -> Tensor:
        """The pictures of a batch as the stage wants them: small, and as blurred as the fakes."""
        images = shrunk(to_images(batch.images, self.device), self.stage.resolution)
        return faded(images, self.stage.alpha)

    def _draw(self, part: Sample) -> Tensor:
        config, generator = self.config, self.generator
        with self._autocast():
            if config.style_mixing:
                styles = mixed_styles(generator, part.z, part.classes, config.style_mixing)
                fake: Tensor = generator.draw(styles)  # type: ignore[operator]
            else:
                fake = generator(part.z, *part.classes)
        return fake

    def _looked_at(self, part: Sample, fake: Tensor | None = None) -> Look:
        if fake is None:
            with torch.no_grad():
                fake = self._draw(part)
        return Look(part.real, fake.detach(), part.classes)

    def _singular_values(self) -> Found:
        """The largest of each spectrally normalised network, now and then."""
        if self.steps % SIGMAS_EVERY:
            return {}
        pair = {"sigma_g": self.generator, "sigma_d": self.discriminator}
        found = {name: largest_singular_value(network) for name, network in pair.items()}
        return {name: value for name, value in found.items() if value is not None}

    def _set_learning_rates(self) -> None:
        adam = self.config.optimizer
        factor = learning_rate_factor(self.images / (self.config.kimg * 1000), adam.decay_from)
        self.optimizer_g.param_groups[0]["lr"] = adam.lr_g * self._share_g * factor
        self.optimizer_d.param_groups[0]["lr"] = adam.lr_d * self._share_d * factor

    def _enter_stage(self) -> Stage:
        """Bring all networks that grow to the stage of the clock, which depends on nothing else."""
        stage = stage_at(self.config.phases, self.images)
        for network in (self.generator, self.discriminator, self.average):
            if isinstance(network, Growing):
                network.grow(stage.resolution, stage.alpha)
            elif isinstance(network, StyleganGenerator):
                network.noisy = self.images >= self.config.noise_from * 1000
        return stage

    def _wants_bfloat16(self) -> bool:
        config, classes = self.config, len(self.classes)
        pair = copy.deepcopy((self.generator, self.discriminator))
        batch = config.phases[-1].batch  # networks are all grown as they are built
        z = draw_latents(
            config.model.prior, batch, config.model.z_dim, stream("latents", config.seed)
        )
        weights = class_weights(np.arange(batch) % max(classes, 1), classes)
        inputs = [part.to(self.device) for part in (z, *weights)]

        def forward() -> Tensor:
            verdicts: Tensor = pair[1](pair[0](*inputs), *inputs[1:])
            return verdicts

        return wants_bfloat16(config.precision, forward, self.device)

    def _autocast(self) -> AbstractContextManager[object]:
        if not self.bfloat16:
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)


_NETWORKS = ("generator", "discriminator", "average", "optimizer_g", "optimizer_d")
_CLOCK = ("images", "steps", "skipped", "_streak", "path_mean", "bfloat16")
