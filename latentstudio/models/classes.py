"""Classes in any form that a caller may give them, as the weights that networks take."""

import torch
from torch import Tensor
from torch.nn import functional as F

from latentstudio.core.errors import StudioError, nearest
from latentstudio.core.model_info import ModelInfo
from latentstudio.models.generator import Classes


def class_weights(
    info: ModelInfo, classes: Classes | None, count: int, device: torch.device
) -> Tensor | None:
    """Classes as weights float32 [count, C]; None for a model without classes.

    Args:
        info: the model's; its classes are the columns.
        classes: numbers or names [count], or weights [count, C]; None for the first class.
        count: pictures.
        device: where the weights go.

    Raises:
        StudioError: the model has no classes, or not these.
    """
    names = info.classes
    if classes is None:
        classes = [0] * count if names else None
    if classes is None:
        return None
    if not names:
        raise StudioError(
            f"{info.name} has no classes",
            "it was trained without labels",
            "Leave the class out, or open a model with classes.",
        )
    if isinstance(classes, Tensor) and classes.ndim == 2:
        if classes.shape[1] != len(names):
            raise StudioError(
                f"{classes.shape[1]} weights are not one for each class",
                f"{info.name} has {len(names)} classes",
                "Give as many weights as there are classes.",
            )
        return classes.to(device, torch.float32)
    numbers = [_class_number(info, given) for given in classes]
    return F.one_hot(torch.tensor(numbers), len(names)).to(device, torch.float32)


def _class_number(info: ModelInfo, given: object) -> int:
    if isinstance(given, str):
        if given not in info.classes:
            raise StudioError(f"Unknown class {given}", hint=nearest(given, info.classes))
        return info.classes.index(given)
    number = int(given)  # type: ignore[call-overload]
    if not 0 <= number < len(info.classes):
        raise StudioError(
            f"There is no class {number}",
            f"{info.name} has {len(info.classes)} classes",
            f"Choose 0 to {len(info.classes) - 1}, or a name.",
        )
    return int(number)
