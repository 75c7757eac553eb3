"""Motion: how long anything of the window may move, and whether it may move at all."""

from PySide6.QtWidgets import QApplication, QStyle

OPENING_MS = 120
"""A section or a flyout opens."""
LEAVING_MS = 150
"""What lay over the picture goes."""


class _Choice:
    """What the user wants; None follows the desktop. One per process, as the theme is."""

    reduced: bool | None = None


def reduced() -> bool:
    """Whether things are to stand where they belong at once."""
    return _system_is_still() if _Choice.reduced is None else _Choice.reduced


def set_reduced(choice: bool | None) -> None:
    """Choose for this user; None follows the desktop again."""
    _Choice.reduced = choice


def duration(milliseconds: int) -> int:
    """The time that a movement may take: nothing where motion is reduced."""
    return 0 if reduced() else milliseconds


def _system_is_still() -> bool:
    """Whether the desktop has its animations turned off, where Qt is told."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return False
    return application.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) == 0
