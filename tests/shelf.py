"""Small model files and a shelf of bundled ones, for tests; their networks are fakes."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from latentstudio.core.bundle import METADATA_KEY, Card, read_card
from latentstudio.core.families import DcganConfig
from tests.fakes import FakeGenerator


def write_model(path: Path, seed: int = 0) -> Path:
    """A file with a whole card and four weights that depend on the seed."""
    card = Card(
        name=path.stem,
        family="dcgan",
        config=DcganConfig(resolution=32, z_dim=16),
        training={"kimg": 12, "data": "none"},
        licence="CC0-1.0",
        limits=("Drawn faces only.",),
    )
    weights = np.random.default_rng(seed).normal(size=(2, 2)).astype(np.float32)
    save_file({"generator.weight": weights}, path, {METADATA_KEY: card.to_json()})
    return path


@dataclass(frozen=True)
class Shelf:
    """Bundled models ``one`` and ``two`` in a folder of their own."""

    folder: Path

    @property
    def names(self) -> list[str]:
        return sorted(path.stem for path in self.folder.glob("*.safetensors"))

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"

    def open_model(
        self, source: str, device: str = "cpu", precision: str = "float32"
    ) -> FakeGenerator:
        """A fake that draws as the model file says it would; unlike files draw unlike pictures."""
        path = Path(source) if Path(source).exists() else self.path(source)
        return FakeGenerator(read_card(path).info, device, precision)


def make_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Put ``one`` and ``two`` on the shelf, with no recent files, and open fakes for them."""
    shelf = Shelf(tmp_path / "models")
    shelf.folder.mkdir()
    for seed, name in enumerate(("one", "two")):
        write_model(shelf.path(name), seed)
    monkeypatch.setattr("latentstudio.resources.assets", lambda: tmp_path)
    monkeypatch.setattr("latentstudio.core.recents.state_folder", lambda: tmp_path / "state")
    monkeypatch.setattr("latentstudio.open_model", shelf.open_model)
    return shelf
