"""``generate`` and ``interpolate`` on the fake generator: files, options, failures."""

import errno
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import latentstudio
from latentstudio.core.errors import StudioError
from latentstudio.core.latent import seed_z
from latentstudio.core.picture import PictureNote, read_picture
from latentstudio.core.recipe import Anchor, Noise, Seed, Truncation
from tests.commands import Run, runner
from tests.fakes import FakeGenerator, fake_info
from tests.fresh import loads

Use = Callable[[FakeGenerator], FakeGenerator]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    threads, grad = torch.get_num_threads(), torch.is_grad_enabled()
    yield runner(capfd)
    torch.set_num_threads(threads)
    torch.set_grad_enabled(grad)


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Use:
    """Make any model name open a fake; the first one has noise and two classes."""
    monkeypatch.setattr("latentstudio.commands.drawing.find_model", Path)

    def use(generator: FakeGenerator) -> FakeGenerator:
        monkeypatch.setattr(latentstudio, "open_model", lambda *_: generator)
        return generator

    use(FakeGenerator(fake_info(noise=True, classes=("smile", "frown"))))
    return use


def note_of(path: Path) -> PictureNote:
    note = read_picture(path)[1]
    assert note is not None
    return note


# --- generate ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("use")
def test_generate_writes_a_picture_a_seed(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "new" / "faces"
    ended = run("generate", "fake", "--seeds", "0-2,42,1", "--out", out, "--json")
    names = ["seed0000.png", "seed0001.png", "seed0002.png", "seed0042.png"]
    assert (ended.code, ended.err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == names
    assert ended.data["files"] == [str(out / name) for name in names]
    assert {k: ended.data[k] for k in ("model", "model_id", "device", "precision", "latents")} == {
        "model": "fake", "model_id": "id-of-fake", "device": "cpu", "precision": "float32",
        "latents": None,
    }  # fmt: skip
    note = note_of(out / "seed0042.png")
    assert note.recipe.anchors == (Anchor(Seed(42)),)
    assert note.drawn.threads == ended.data["threads"] == torch.get_num_threads()


@pytest.mark.usefixtures("use")
def test_generate_says_what_it_wrote(run: Run, tmp_path: Path) -> None:
    assert run("generate", "fake", "--seeds", "3", "--out", tmp_path).out == (
        f"seed0003.png in {tmp_path}\n"
    )
    assert run("generate", "fake", "--seeds", "0-9", "--out", tmp_path).out == (
        f"10 files in {tmp_path}\n"
    )


@pytest.mark.usefixtures("use")
def test_generate_twice_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        run("generate", "fake", "--seeds", "1,2", "--out", tmp_path / folder)
    for name in ("seed0001.png", "seed0002.png"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


@pytest.mark.usefixtures("use")
def test_options_go_into_the_recipe(run: Run, tmp_path: Path) -> None:
    options = "--truncation 0.7 --truncation-cutoff 4 --class frown --noise-seed 9"
    run("generate", "fake", "--seeds", "1", *options.split(), "--out", tmp_path)
    recipe = note_of(tmp_path / "seed0001.png").recipe
    assert recipe.truncation == Truncation(0.7, 4)
    assert recipe.classes == (("frown", 1.0),)
    assert recipe.noise == Noise("const", 9)
    assert (recipe.model.name, recipe.model.model_id) == ("fake", "id-of-fake")


@pytest.mark.usefixtures("use")
def test_random_noise_is_fresh_and_can_be_drawn_again(run: Run, tmp_path: Path) -> None:
    def noises(*options: object) -> list[Noise]:
        run("generate", "fake", "--seeds", "1,2", "--noise", "random", *options, "--out", tmp_path)
        return [note_of(tmp_path / f"seed000{seed}.png").recipe.noise for seed in (1, 2)]

    fresh = [*noises(), *noises()]
    assert len({noise.seed for noise in fresh}) == 4
    assert {noise.mode for noise in fresh} == {"const"}
    assert noises("--noise-seed", 5) == [Noise("const", 5), Noise("const", 6)]


@pytest.mark.usefixtures("use")
def test_generate_one_sheet(run: Run, tmp_path: Path) -> None:
    ended = run("generate", "fake", "--seeds", "0-3", "--grid", "--out", tmp_path, "--json")
    assert [path.name for path in tmp_path.iterdir()] == ["grid.png"]
    assert ended.data["files"] == [str(tmp_path / "grid.png")]
    assert read_picture(tmp_path / "grid.png")[0].shape == (70, 70, 3)


def test_latents_are_the_ones_drawn(run: Run, tmp_path: Path, use: Use) -> None:
    generator = use(FakeGenerator())
    run("generate", "fake", "--seeds", "4,2", "--truncation", "0.5", "--latents", "--out", tmp_path)
    with np.load(tmp_path / "latents.npz", allow_pickle=False) as latents:
        seeds, z, w = latents["seeds"], latents["z"], latents["w"]
    assert (seeds.tolist(), z.dtype, w.dtype) == ([4, 2], np.float32, np.float32)
    assert np.array_equal(z, np.stack([seed_z("normal", s, 16) for s in (4, 2)]))
    styles = generator.truncate(generator.map(torch.from_numpy(z)), 0.5)
    assert w.shape == (2, 8, 16)
    assert np.allclose(w, styles.numpy(), atol=1e-6)


def test_what_a_model_lacks_is_said(run: Run, tmp_path: Path, use: Use) -> None:
    use(FakeGenerator(fake_info(layers=1, truncation=False)))
    options = "--truncation 0.5 --noise none"
    ended = run("generate", "fake", "--seeds", "1", *options.split(), "--out", tmp_path)
    assert ended.code == 0
    assert ended.err.splitlines() == [
        "fake has no truncation, so --truncation changes nothing.",
        "fake takes no noise, so --noise changes nothing.",
    ]
    refused = run("generate", "fake", "--seeds", "1", "--class", "smile", "--out", tmp_path)
    assert refused.code == 1
    assert "fake has no classes" in refused.err


@pytest.mark.usefixtures("use")
def test_an_unknown_class_is_refused_with_the_nearest(run: Run, tmp_path: Path) -> None:
    ended = run("generate", "fake", "--seeds", "1", "--class", "fron", "--out", tmp_path / "new")
    assert ended.code == 1
    assert ended.err == "error: Unknown class fron - fake has 2 classes. Did you mean frown?\n"
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [("avatar", "Unknown model avatar"), ("./gone.safetensors", "there is no such file"),
     ("hf://a/b/c.safetensors", "Download it and give its path")],
)  # fmt: skip
def test_an_unknown_model_is_told_before_anything_is_made(
    run: Run, tmp_path: Path, name: str, told: str
) -> None:
    ended = run("generate", name, "--seeds", "1", "--out", tmp_path / "new")
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert not (tmp_path / "new").exists()


def test_a_mistyped_model_is_told_without_torch() -> None:
    assert not loads(
        "from latentstudio.cli import main; main('generate nothing --seeds 1 --out x'.split())",
        "torch",
    )


# --- failures ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("use")
def test_a_file_in_the_way_of_the_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        ended = run("generate", "fake", "--seeds", "1", "--out", out)
        assert ended.code == 1
        assert "Could not make the folder" in ended.err


@pytest.mark.usefixtures("use")
def test_a_full_disk_is_one_line_and_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    for extra in ((), ("--grid",), ("--latents",)):
        ended = run("generate", "fake", "--seeds", "1", *extra, "--out", tmp_path)
        assert (ended.code, ended.out) == (1, "")
        assert "the disk is full. Free some space" in ended.err
        assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StudioError("No picture", "told so", "Try again."), "No picture - told so. Try again."),
        (torch.OutOfMemoryError("full"), "out of memory"),
        (ZeroDivisionError("zero"), "an unexpected ZeroDivisionError"),
    ],
)
def test_a_model_that_fails_is_one_line(
    run: Run, tmp_path: Path, use: Use, error: Exception, told: str
) -> None:
    use(FakeGenerator(error=error))
    ended = run("generate", "fake", "--seeds", "1", "--out", tmp_path, "--json")
    assert (ended.code, ended.out) == (1, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1


# --- interpolate ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("use")
@pytest.mark.parametrize("ending", [".mp4", ".gif", ".webp"])
def test_interpolate_writes_a_clip(run: Run, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"walk{ending}"
    words = ("--seeds", "1,2", "--frames", "6", "--fps", "12", "--out", out)
    ended = run("interpolate", "fake", *words, "--json")
    assert (ended.code, ended.err) == (0, "")
    assert out.stat().st_size > 0
    assert (ended.data["file"], ended.data["frames"], ended.data["fps"]) == (str(out), 6, 12)
    assert run("interpolate", "fake", *words).out == f"{out}: 6 frames, 0.5 s\n"


@pytest.mark.usefixtures("use")
@pytest.mark.parametrize(("loop", "last"), [((), 2), (("--loop",), 1)])
def test_interpolate_writes_frames(
    run: Run, tmp_path: Path, loop: tuple[str, ...], last: int
) -> None:
    words = ("--seeds", "1,2", "--frames", "5", "--space", "w", *loop, "--out", tmp_path / "f")
    assert run("interpolate", "fake", *words).code == 0
    recipes = [note_of(path).recipe for path in sorted((tmp_path / "f").iterdir())]
    assert len(recipes) == 5
    assert recipes[0].anchors == (Anchor(Seed(1)),)
    assert recipes[-1].anchors[-1].latent == Seed(last)
    assert {recipe.blend for recipe in recipes} == {"w"}


@pytest.mark.usefixtures("use")
def test_an_even_walk_changes_the_picture_in_even_steps(run: Run, tmp_path: Path) -> None:
    def unevenness(folder: Path, *more: str) -> float:
        words = ("--seeds", "1,2,9", "--frames", "9", *more, "--out", folder)
        assert run("interpolate", "fake", *words).code == 0
        frames = [read_picture(file)[0].astype(float) for file in sorted(folder.iterdir())]
        steps = [np.sqrt(((a - b) ** 2).mean()) for a, b in itertools.pairwise(frames)]
        return float(max(steps) / min(steps))

    assert unevenness(tmp_path / "even", "--even") < unevenness(tmp_path / "plain")


@pytest.mark.usefixtures("use")
def test_a_loop_is_an_endless_gif(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "walk.gif"
    run("interpolate", "fake", "--seeds", "1,2", "--frames", "4", "--loop", "--out", out)
    with Image.open(out) as image:
        assert image.info["loop"] == 0


@pytest.mark.usefixtures("use")
def test_a_clip_of_an_unknown_kind(run: Run, tmp_path: Path) -> None:
    ended = run("interpolate", "fake", "--seeds", "1,2", "--out", tmp_path / "walk.avi")
    assert ended.code == 1
    assert "known endings are .mp4, .gif and .webp" in ended.err


@pytest.mark.usefixtures("use")
def test_a_clip_into_a_missing_folder(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "missing" / "walk.gif"
    ended = run("interpolate", "fake", "--seeds", "1,2", "--frames", "2", "--out", out)
    assert ended.code == 1
    assert "the folder does not exist" in ended.err


def test_a_bar_is_shown_on_a_terminal_only_when_it_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from latentstudio.commands.drawing import finish
    from latentstudio.engine.messages import Step

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)

    def work(seconds: float) -> Iterator[Step]:
        for done in range(1, 4):
            clock[0] += seconds
            yield Step(done, 3)

    clock = [0.0]
    monkeypatch.setattr("tqdm.std.time", lambda: clock[0])
    finish(work(0.1))  # type: ignore[arg-type]
    assert capfd.readouterr().err.strip() == ""
    finish(work(1.0))  # type: ignore[arg-type]
    assert "2/3" in capfd.readouterr().err
