"""What training a DCGAN adds to its networks: initial values and spectral normalisation."""

import copy

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from latentstudio.core.errors import StudioError
from latentstudio.core.families import DcganCriticConfig
from latentstudio.core.model_info import Critic
from latentstudio.models.checkpoint import Bundle, Tensors, fill
from latentstudio.models.dcgan import DcganDiscriminator, DcganGenerator
from latentstudio.models.layers import initialise
from trainers.config import DcganModel
from trainers.streams import stream


def build(
    model: DcganModel, critic: Critic, seed: int, bundle: Bundle | None = None
) -> tuple[nn.Module, nn.Module]:
    """A generator and a discriminator, the same for the same seed.

    Args:
        model: the networks.
        critic: how the discriminator's number is to be read.
        seed: of the initial values.
        bundle: begin with these weights; a bundle without a discriminator leaves that one fresh.

    Raises:
        StudioError: the bundle holds other networks.
    """
    # Torch's layers draw values from its global generator; it is put back afterwards.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream("torch", seed).initial_seed())
        generator = DcganGenerator(model.generator())
        discriminator = DcganDiscriminator(model.discriminator(critic))
        random = stream("weights", seed)
        initialise(generator, random)
        initialise(discriminator, random)
        if bundle is not None:
            _copy_weights(bundle, model, generator, discriminator)
        for network in (generator, discriminator):
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if model.norm_d == "spectral":
            normalise_spectrally(discriminator)
    return generator, discriminator


def _copy_weights(
    bundle: Bundle, model: DcganModel, generator: nn.Module, discriminator: nn.Module
) -> None:
    card = bundle.card
    if card.config != model.generator():
        raise StudioError(
            f"{card.name} cannot begin this run",
            f"its generator is {card.config}, that of the run {model.generator()}",
            "Choose settings under model that fit, with --set.",
        )
    _copy_into(generator, bundle.generator)
    given = card.discriminator
    if isinstance(given, DcganCriticConfig):
        wanted = model.discriminator(given.critic)
        if (given.width, given.norm == "batch") != (wanted.width, wanted.norm == "batch"):
            raise StudioError(
                f"{card.name} cannot begin this run",
                f"its discriminator is {given}, that of the run {wanted}",
                "Choose settings under model that fit, with --set.",
            )
        _copy_into(discriminator, bundle.discriminator)


def _copy_into(network: nn.Module, tensors: Tensors) -> None:
    fitting = fill(lambda: copy.deepcopy(network), tensors, "network", "the bundle")
    network.load_state_dict(fitting.state_dict())


def normalise_spectrally(network: nn.Module) -> None:
    """Divide every convolution's weight by its largest singular value (Miyato et al. 2018)."""
    for layer in list(network.modules()):
        if isinstance(layer, nn.Conv2d):
            spectral_norm(layer)


@torch.no_grad()
def plain(network: nn.Module, config: DcganCriticConfig) -> DcganDiscriminator:
    """A copy whose normalised weights are plain ones, in evaluation mode."""
    with torch.device("meta"):
        copied = DcganDiscriminator(config)
    training = network.training
    network.eval()  # else each look at a weight is a step of the power iteration
    state = {}
    for name in copied.state_dict():
        layer, _, leaf = name.rpartition(".")
        state[name] = getattr(network.get_submodule(layer), leaf).detach().clone()
    network.train(training)
    copied.load_state_dict(state, assign=True)
    return copied.eval().requires_grad_(False)
