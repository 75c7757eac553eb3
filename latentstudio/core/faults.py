"""Turns any exception into the sentence that a user reads."""

from latentstudio.core.errors import StudioError


def explain(error: BaseException, title: str) -> StudioError:
    """A StudioError for what went wrong; one that is already a StudioError stays as it is.

    Args:
        error: what was raised.
        title: what did not work, for example ``Could not draw the picture``.
    """
    if isinstance(error, StudioError):
        return error
    if is_out_of_memory(error):
        return StudioError(title, "out of memory", "Close other programs and try again.")
    if isinstance(error, OSError):
        return StudioError(title, error.strerror or str(error), "Check the file and its disk.")
    return StudioError(
        title,
        f"an unexpected {type(error).__name__}",
        "This is a fault of the studio: copy the details into a report.",
    )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory ran out: Python's own error, torch's for a card, or torch's for the CPU."""
    # By name and words, because torch's errors are known only where torch is loaded.
    by_name = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return by_name or (isinstance(error, RuntimeError) and "DefaultCPUAllocator" in str(error))
