"""Whether a window can be opened here, and if not, why, in one line."""

import ctypes
import os
import re
import socket
import sys
from pathlib import Path

# Debian's package for each library that Qt links to and its wheels do not bring.
PACKAGES = {
    "libEGL": "libegl1",
    "libGL": "libgl1",
    "libxkbcommon-x11": "libxkbcommon-x11-0",
    "libxkbcommon": "libxkbcommon0",
    "libdbus-1": "libdbus-1-3",
    "libfontconfig": "libfontconfig1",
    "libxcb-cursor": "libxcb-cursor0",
    "libxcb-icccm": "libxcb-icccm4",
    "libxcb-image": "libxcb-image0",
    "libxcb-keysyms": "libxcb-keysyms1",
    "libxcb-render-util": "libxcb-render-util0",
    "libxcb-xinerama": "libxcb-xinerama0",
    "libxcb-shape": "libxcb-shape0",
    "libxcb-xkb": "libxcb-xkb1",
    "libglib-2.0": "libglib2.0-0",
    "libX11-xcb": "libx11-xcb1",
}


def missing_library() -> str | None:
    """A sentence that names the missing system library and its package, or None."""
    try:
        import PySide6.QtGui
    except ImportError as error:
        return _library_sentence(str(error))
    if sys.platform != "linux" or not _wants_x11():
        return None
    folder = Path(PySide6.QtGui.__file__).parent / "Qt" / "plugins" / "platforms"
    try:
        # Loading the plugin ourselves turns Qt's abort into an error that names the library.
        ctypes.CDLL(str(folder / "libqxcb.so"))
    except OSError as error:
        return _library_sentence(str(error))
    return None


def no_display() -> str | None:
    """A sentence that says why no window can be shown, or None where one can."""
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "") not in ("", "xcb"):
        return None
    if os.environ.get("WAYLAND_DISPLAY"):
        return None
    display = os.environ.get("DISPLAY", "")
    if not display:
        return "No display: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if not _answers(display):
        return f"No display: nothing answers at DISPLAY={display}."
    return None


def _wants_x11() -> bool:
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    return platform == "xcb" or (platform == "" and not os.environ.get("WAYLAND_DISPLAY"))


def _answers(display: str) -> bool:
    """Whether an X server listens at HOST:NUMBER.SCREEN."""
    match = re.fullmatch(r"(?P<host>.*):(?P<number>\d+)(\.\d+)?", display)
    if match is None:
        return False
    host, number = match["host"], int(match["number"])
    if host in ("", "unix"):
        # Linux servers listen on the abstract name, some on the file only.
        name = f"/tmp/.X11-unix/X{number}"
        return any(_connects(socket.AF_UNIX, where) for where in (f"\0{name}", name))
    return _connects(socket.AF_INET, (host, 6000 + number))


def _connects(family: socket.AddressFamily, where: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(2.0)
        try:
            probe.connect(where)
        except OSError:
            return False
    return True


def _library_sentence(error: str) -> str:
    found = re.search(r"(lib[\w.+-]+?)\.so", error)
    if found is None:
        return f"Qt cannot start: {error}"
    library = found[1]
    package = PACKAGES.get(library, library.lower())
    return f"Qt needs the library {library}; install it: sudo apt-get install {package}"
