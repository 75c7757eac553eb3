"""The user's own pictures: looked at once, in halves, and again when they change."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from latentstudio.core.errors import StudioError
from latentstudio.core.steps import ended
from latentstudio.data.folder import Pictures, open_pictures
from latentstudio.metrics import user_data
from latentstudio.metrics.observe import to_levels
from latentstudio.metrics.real import RealStatistics
from latentstudio.metrics.user_data import user_statistics
from tests.metrics.toys import toy_referee, toys

REFEREE = toy_referee()


def folder(path: Path, count: int, labels: bool = False) -> Path:
    path.mkdir(exist_ok=True)
    images, kinds = toys(count, 7)
    for number, image in enumerate(to_levels(images).permute(0, 2, 3, 1).numpy()):
        Image.fromarray(image).save(path / f"{number:03}.png")
    if labels:
        rows = [[f"{number:03}.png", int(kind)] for number, kind in enumerate(kinds)]
        (path / "dataset.json").write_text(json.dumps({"labels": rows}))
    return path


def gathered(path: Path, root: Path, told: list[str] | None = None) -> tuple[RealStatistics, int]:
    report = (told if told is not None else list[str]()).append
    steps = user_statistics(open_pictures(path), REFEREE, report, root=root)
    seen: list[int] = []
    return ended(steps, seen.append), sum(seen)


def test_halves_are_compared_and_the_answer_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, root = folder(tmp_path / "faces", 270), tmp_path / "cache"
    real, seen = gathered(path, root)
    assert seen == 270
    assert (real.origin.data, real.origin.count, real.origin.classes) == ("faces", 135, ())
    assert real.marks[135]["fid"].floor < real.marks[135]["fid"].half

    def again(*_: object, **__: object) -> Any:
        raise AssertionError("looked at twice")

    with monkeypatch.context() as changed:
        changed.setattr(user_data, "gather", again)
        with monkeypatch.context() as unread:
            unread.setattr(Pictures, "contents", again)
            kept, seen = gathered(path, root)
        copy = Path(shutil.copytree(path, tmp_path / "copy", copy_function=shutil.copyfile))
        packed = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", path))
        for same in (copy, packed):
            real_again, looked = gathered(same, root)
            assert (looked, real_again.origin.data) == (0, same.name)
    assert seen == 0
    assert kept.marks == real.marks
    (path / "000.png").write_bytes((path / "001.png").read_bytes())
    assert gathered(path, root)[1] == 270
    (path / "new.png").write_bytes((path / "000.png").read_bytes())
    assert gathered(path, root)[1] == 270  # 271 make two halves of 135
    assert len(list(root.glob("*.safetensors"))) == 3


def test_classes_come_from_the_labels_and_both_halves_have_them(tmp_path: Path) -> None:
    path = folder(tmp_path / "faces", 640, labels=True)
    real, _ = gathered(path, tmp_path / "cache")
    assert real.origin.classes == ("class 0", "class 1")
    dark, bright = (moments.mean for moments in real.class_moments)
    read = REFEREE.read_features(torch.stack([dark, bright]).float())["kind"]
    assert read.argmax(1).tolist() == [0, 1]


def test_what_cannot_be_read_is_told_and_left_out(tmp_path: Path) -> None:
    path, told = folder(tmp_path / "faces", 280), list[str]()
    for number in range(0, 40, 4):
        (path / f"{number:03}.png").write_bytes(b"no picture")
    _, seen = gathered(path, tmp_path / "cache", told)
    assert seen == 270
    assert len(told) == 10
    assert "skipped 000.png: not a picture" in told


def test_few_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="Too few pictures in faces - 50 could be read"):
        gathered(folder(tmp_path / "faces", 100), tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
