"""Classes and both ways to truncate, drawn by a small BigGAN with random weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from latentstudio.core.classes import with_class, with_only, with_path, with_share
from latentstudio.core.latent import seed_z
from latentstudio.core.recipe import Recipe, Seed, Truncation, with_psi, with_resample, with_seed
from latentstudio.engine.render import draw, latent_z, styles_of
from latentstudio.models.generator import Generator
from latentstudio.models.registry import open_model
from tests.models.examples import write_example


@pytest.fixture(scope="module")
def biggan(tmp_path_factory: pytest.TempPathFactory) -> Generator:
    path: Path = tmp_path_factory.mktemp("models") / "tiny.safetensors"
    write_example(path, "biggan")
    return open_model(str(path), device="cpu")


FACE = with_seed(Recipe(), 3)


def test_the_ends_of_the_way_are_the_classes_alone(biggan: Generator) -> None:
    names = biggan.info.classes
    both = with_class(FACE, names, names[1])
    for place, name in enumerate(names[:2]):
        alone = draw(biggan, with_only(FACE, name)).pixels
        assert np.array_equal(draw(biggan, with_path(both, names, place)).pixels, alone)
    between = draw(biggan, with_path(both, names, 0.5)).styles
    ends = [draw(biggan, with_only(FACE, name)).styles for name in names[:2]]
    assert between == pytest.approx((ends[0] + ends[1]) / 2, abs=1e-5)
    assert not np.allclose(ends[0], ends[1])


def test_a_class_without_a_share_changes_nothing(biggan: Generator) -> None:
    names = biggan.info.classes
    both = with_class(FACE, names, names[2])
    silent = with_share(both, names, names[2], 0.0)
    assert np.array_equal(draw(biggan, silent).pixels, draw(biggan, FACE).pixels)


def test_scaled_truncation_keeps_the_direction_of_z(biggan: Generator) -> None:
    chunk = 4  # of z, at the front of each style
    full, half = (styles_of(biggan, with_psi(FACE, psi))[0, :, :chunk] for psi in (1.0, 0.5))
    assert half.numpy() == pytest.approx(0.5 * full.numpy(), abs=1e-6)


def test_drawn_again_z_is_a_narrower_normal(biggan: Generator) -> None:
    info = biggan.info
    again = with_resample(with_psi(FACE, 0.25), True)
    z = latent_z(info, again.anchors[0], again.truncation)
    assert np.array_equal(z, seed_z("truncnormal", 3, info.z_dim, 0.5))
    assert np.abs(z).max() <= 0.5
    scaled = latent_z(info, FACE.anchors[0], Truncation(0.25))
    cosine = float(z @ scaled / np.linalg.norm(z) / np.linalg.norm(scaled))
    assert cosine < 0.9999  # another direction
    assert not np.array_equal(draw(biggan, again).pixels, draw(biggan, with_psi(FACE, 0.25)).pixels)


def test_both_ways_are_the_plain_face_without_truncation(biggan: Generator) -> None:
    again = with_resample(FACE, True)
    assert np.array_equal(draw(biggan, again).pixels, draw(biggan, FACE).pixels)
    other = replace(FACE, anchors=(replace(FACE.anchors[0], latent=Seed(4)),))
    assert not np.array_equal(draw(biggan, other).pixels, draw(biggan, FACE).pixels)
