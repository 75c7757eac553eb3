"""Latents of integer seeds, the same for every family of a prior."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from latentstudio.core.latent import seed_z
from latentstudio.core.model_info import ModelInfo


def seeded_latents(info: ModelInfo, seeds: Sequence[int], device: torch.device) -> Tensor:
    """Latents of seeds 0 to 2^32-1: float32 [B, z_dim] on a device."""
    z = [seed_z(info.prior, seed, info.z_dim) for seed in seeds]
    stacked = np.stack(z) if z else np.zeros((0, info.z_dim), np.float32)
    return torch.from_numpy(stacked).to(device)
