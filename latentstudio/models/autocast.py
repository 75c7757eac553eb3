"""Autocast, asked and switched off on any device, those that have none included."""

import contextlib

import torch


def feature_type(device: torch.device, otherwise: torch.dtype) -> torch.dtype:
    """The type that autocast lowers features to on a device; ``otherwise`` without autocast."""
    kind = device.type
    if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
        return torch.get_autocast_dtype(kind)
    return otherwise


def without_autocast(device: torch.device) -> contextlib.AbstractContextManager[object]:
    """Within it nothing is lowered on a device."""
    if torch.amp.is_autocast_available(device.type):
        return torch.autocast(device.type, enabled=False)
    return contextlib.nullcontext()
