"""Packaged: tries the application that ``make app`` built, as on a machine without Python.

``python -m tests.packaged dist/latentstudio`` copies the folder elsewhere, empties the environment,
draws a face twice by command, opens the window until it has drawn its map of faces, and prints how
large it is.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

_WINDOW = ("DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM")
_PATIENCE_S = 120.0


def bare_environment(home: Path) -> dict[str, str]:
    """What a user's desktop gives a program: no Python, no settings of ours."""
    kept = {name: os.environ[name] for name in _WINDOW if name in os.environ}
    if not kept:
        kept["QT_QPA_PLATFORM"] = "offscreen"
    return {"HOME": str(home), "PATH": os.defpath, "LANG": "C.UTF-8", **kept}


def megabytes(folder: Path) -> float:
    """The size of all files in a folder."""
    files = (f for f in folder.rglob("*") if f.is_file() and not f.is_symlink())
    return sum(f.stat().st_size for f in files) / 2**20


def main() -> int:
    """Try it; 0 when it draws the same picture twice and its window shows one."""
    built = Path(sys.argv[1]).resolve()
    with TemporaryDirectory() as folder:
        place = Path(folder) / "somewhere else"
        shutil.copytree(built, place, symlinks=True)
        environment = bare_environment(Path(folder))

        def run(*arguments: str) -> str:
            command = [str(place / "latentstudio"), *arguments]
            return subprocess.run(
                command, check=True, env=environment, cwd=folder, capture_output=True, text=True
            ).stdout

        run("generate", "avatars-dcgan", "--seeds", "0", "--out", "faces")
        face = Path(folder) / "faces" / "seed0000.png"
        run("render", str(face), "--out", "again.png")
        same = (Path(folder) / "again.png").read_bytes() == face.read_bytes()
        seconds = _first_faces(place / "latentstudio", environment, Path(folder))
    report = {
        "megabytes": round(megabytes(built)),
        "same_picture_twice": same,
        "face_map_after_s": seconds,
    }
    sys.stdout.write(json.dumps(report) + "\n")
    return 0 if same and seconds is not None else 1


def _first_faces(program: Path, environment: dict[str, str], home: Path) -> float | None:
    """Seconds until the window has drawn its map of faces; None where it ends or never does."""
    begun = time.monotonic()
    with subprocess.Popen([str(program)], env=environment, cwd=home) as window:
        try:
            while window.poll() is None and time.monotonic() - begun < _PATIENCE_S:
                if any(home.rglob("face-maps/*.png")):
                    return round(time.monotonic() - begun, 1)
                time.sleep(0.2)
            return None
        finally:
            window.terminate()


if __name__ == "__main__":
    sys.exit(main())
