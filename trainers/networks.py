"""The networks of a run: built and begun, critics made plain again for export."""

import copy
import dataclasses
from functools import partial

import torch
from torch import nn

from latentstudio.core.errors import StudioError
from latentstudio.core.families import CriticConfig, DcganCriticConfig
from latentstudio.core.model_info import Critic
from latentstudio.models.checkpoint import Bundle, Tensors, fill
from latentstudio.models.deviation import ClassDeviation, MinibatchDeviation
from latentstudio.models.layers import initialise, initialise_orthogonally
from latentstudio.models.registry import FAMILIES
from trainers.architectures import Model
from trainers.growing import cut_to, grow_discriminator, grow_generator, match_mapping_rate
from trainers.spectral import normalise_spectrally
from trainers.streams import stream

_BEGINNINGS = {"dcgan": initialise, "biggan": initialise_orthogonally}
"""For a family what draws its first weights, where torch's or the layers' own will not do."""


def build(
    model: Model, critic: Critic, seed: int, bundle: Bundle | None = None, classes: int = 0
) -> tuple[nn.Module, nn.Module]:
    """A generator and a discriminator, the same for the same seed.

    Args:
        model: the networks.
        critic: how the discriminator's number is to be read.
        seed: of the initial values.
        bundle: begin with these weights; a bundle without a discriminator leaves that one fresh,
            and one of fewer resolutions leaves the layers fresh that it lacks.
        classes: number of class labels of the data; 0 without.

    Raises:
        StudioError: the bundle holds other networks.
    """
    family = FAMILIES[model.family]
    # Torch's layers draw values from its global generator; it is put back afterwards.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream("torch", seed).initial_seed())
        generator = family.generator(model.generator(classes))
        discriminator = family.discriminator(model.discriminator(critic, classes))
        begin = _BEGINNINGS.get(model.family)
        if begin is not None:
            random = stream("weights", seed)
            begin(generator, random)
            begin(discriminator, random)
        if bundle is not None:
            _check_fit(bundle, model, critic, classes)
            if bundle.card.info.resolution < model.resolution:
                _grow(generator, discriminator, bundle)
            else:
                _copy_into(generator, bundle.generator)
                if bundle.card.discriminator is not None:
                    _copy_into(discriminator, bundle.discriminator)
            match_mapping_rate(generator, bundle.card.config, model.generator(classes))
        for network in (generator, discriminator):
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        for network, norm in ((generator, "norm_g"), (discriminator, "norm_d")):
            if getattr(model, norm, "") == "spectral":
                normalise_spectrally(network)
    return generator, discriminator


def mixes_halves(discriminator: nn.Module, count: int) -> bool:
    """Whether it would compare the first ``count`` pictures of a batch with as many that follow."""
    return any(
        isinstance(layer, nn.BatchNorm2d | ClassDeviation)
        or (isinstance(layer, MinibatchDeviation) and count % layer.group > 0)
        for layer in discriminator.modules()
    )


def _check_fit(bundle: Bundle, model: Model, critic: Critic, classes: int) -> None:
    card = bundle.card
    if card.family != model.family:
        raise StudioError(
            f"{card.name} cannot begin this run",
            f"it is a model of the family {card.family}, the run is of the family {model.family}",
            f"Choose a preset of {card.family}, or begin with a model of {model.family}.",
        )
    pairs: list[tuple[str, object, object]] = [("generator", card.config, model.generator(classes))]
    if card.discriminator is not None:
        # A critic may go on under another loss, and with its normalised weights as plain ones.
        wanted = model.discriminator(critic, classes)
        pairs.append(("discriminator", _weights_of(card.discriminator), _weights_of(wanted)))
    for part, given, asked in pairs:
        if given != cut_to(asked, given):
            raise StudioError(
                f"{card.name} cannot begin this run",
                f"its {part} is {given}, that of the run {asked}",
                "Choose settings under model that fit, with --set. Only a progressive GAN and a "
                "StyleGAN of architecture skip may have fewer resolutions; their widths must be "
                "the first ones of the run's.",
            )


def _weights_of(config: CriticConfig) -> CriticConfig:
    """The config with everything alike that two critics of the same weights may differ in."""
    alike: dict[str, str] = {"critic": "logit"}
    if isinstance(config, DcganCriticConfig) and config.norm == "spectral":
        alike["norm"] = "none"
    changed: CriticConfig = dataclasses.replace(config, **alike)  # type: ignore[type-var]
    return changed


def _grow(generator: nn.Module, discriminator: nn.Module, bundle: Bundle) -> None:
    card = bundle.card
    family, critic = FAMILIES[card.family], card.discriminator
    small = fill(lambda: family.generator(card.config), bundle.generator, "generator", card.name)
    grow_generator(generator, small)
    if critic is not None:
        make = partial(family.discriminator, critic)
        small = fill(make, bundle.discriminator, "discriminator", card.name)
        grow_discriminator(discriminator, small)


def _copy_into(network: nn.Module, tensors: Tensors) -> None:
    fitting = fill(lambda: copy.deepcopy(network), tensors, "network", "the bundle")
    network.load_state_dict(fitting.state_dict())
