"""Finds the files of assets/, inside a wheel or in a checkout."""

from functools import cache
from pathlib import Path

from latentstudio.core.errors import StudioError, nearest


@cache
def assets() -> Path:
    """The folder of assets: ``latentstudio/assets`` when installed, ``assets/`` in a checkout."""
    here = Path(__file__).resolve().parent
    for folder in (here / "assets", here.parent / "assets"):
        if folder.is_dir():
            return folder
    raise StudioError(
        "The studio's own files are missing",
        "no assets folder beside the program",
        "Install Latent Studio again.",
    )


def asset(path: str) -> Path:
    """The path of one file under assets/, for example ``icons/play.svg``."""
    found = assets() / path
    if not found.exists():
        raise StudioError(
            f"{path} is missing",
            "it belongs to the studio's own files",
            "Install Latent Studio again.",
        )
    return found


def bundled_models() -> dict[str, Path]:
    """The models that come with the studio: name -> file, the best one first."""
    rank = ["avatars-stylegan", "avatars-dcgan", "avatars-progressive", "avatars-biggan"]
    found = {file.stem: file for file in sorted((assets() / "models").glob("*.safetensors"))}
    names = sorted(found, key=lambda name: (rank.index(name) if name in rank else len(rank), name))
    return {name: found[name] for name in names}


def find_model(source: str) -> Path:
    """The file of a bundled name or of a path; nothing is read.

    Raises:
        StudioError: neither; the nearest name is offered.
    """
    bundled = bundled_models()
    if source in bundled:
        return bundled[source]
    if source.startswith("hf://"):
        detail = "models are opened from files of this machine"
        raise StudioError(f"Could not open {source}", detail, "Download it and give its path.")
    path = Path(source).expanduser()
    if path.exists():
        return path
    if path.suffix or len(path.parts) > 1:
        raise StudioError(f"Could not open {source}", "there is no such file", "Check the name.")
    detail = "it is neither a bundled model nor a file"
    raise StudioError(f"Unknown model {source}", detail, nearest(source, bundled))
