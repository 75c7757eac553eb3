"""The stages from a recipe to pixels, each against its definition."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from latentstudio.core.errors import StudioError
from latentstudio.core.latent import TRUNCATION, seed_z, slerp
from latentstudio.core.recipe import Anchor, Move, Noise, Recipe, Seed, Span, Truncation, Vector
from latentstudio.engine.render import blend, class_weights, draw, styles_of, to_pixels, to_rgb
from latentstudio.models.generator import Classes
from tests.engine.conftest import recipe_of
from tests.fakes import MEAN, FakeGenerator, fake_info

Z_DIM, LAYERS = 16, 8


@pytest.fixture(params=[1, LAYERS], ids=["one layer", "eight layers"])
def generator(request: pytest.FixtureRequest) -> FakeGenerator:
    return FakeGenerator(fake_info(layers=request.param, z_dim=Z_DIM))


def z_of(seed: int) -> np.ndarray:
    return seed_z("normal", seed, Z_DIM)


def mapped(generator: FakeGenerator, z: np.ndarray) -> torch.Tensor:
    return generator.map(torch.tensor(z)[None])


def between(a: int, b: int, t: float, **more: object) -> Recipe:
    anchors = (Anchor(Seed(a), 1 - t), Anchor(Seed(b), t))
    return Recipe(anchors=anchors, **more)  # type: ignore[arg-type]


# --- blend ----------------------------------------------------------------------------------------


def test_one_seed_is_its_own_style(generator: FakeGenerator) -> None:
    styles = blend(generator, recipe_of(3))
    assert styles.shape == (1, generator.info.style_layers, Z_DIM)
    assert torch.equal(styles, mapped(generator, z_of(3)))


@pytest.mark.parametrize("t", [0.0, 0.25, 0.5, 1.0])
def test_two_seeds_in_z_meet_on_the_arc(generator: FakeGenerator, t: float) -> None:
    expected = mapped(generator, slerp(z_of(1), z_of(2), t))
    assert torch.allclose(blend(generator, between(1, 2, t)), expected, atol=1e-6)


def test_in_w_the_styles_are_weighted(generator: FakeGenerator) -> None:
    expected = 0.25 * mapped(generator, z_of(1)) + 0.75 * mapped(generator, z_of(2))
    styles = blend(generator, between(1, 2, 0.75, blend="w"))
    assert torch.allclose(styles, expected, atol=1e-6)
    assert not torch.allclose(styles, blend(generator, between(1, 2, 0.75)), atol=1e-3)


def test_shares_are_taken_of_their_sum(generator: FakeGenerator) -> None:
    heavy = Recipe(anchors=(Anchor(Seed(1), 2.0), Anchor(Seed(2), 6.0)), blend="w")
    light = between(1, 2, 0.75, blend="w")
    assert torch.allclose(blend(generator, heavy), blend(generator, light), atol=1e-6)


@pytest.mark.parametrize("space", ["z", "w"])
def test_anchors_without_weight_do_not_count(generator: FakeGenerator, space: str) -> None:
    two = between(1, 2, 0.5, blend=space)
    four = replace(two, anchors=(Anchor(Seed(8), 0.0), *two.anchors, Anchor(Seed(9), 0.0)))
    assert torch.equal(blend(generator, four), blend(generator, two))


def test_without_any_weight_the_first_anchor_is_drawn(generator: FakeGenerator) -> None:
    recipe = Recipe(anchors=(Anchor(Seed(4), 0.0), Anchor(Seed(5), 0.0)))
    assert torch.equal(blend(generator, recipe), blend(generator, recipe_of(4)))


def test_vectors_of_every_space(generator: FakeGenerator) -> None:
    layers = generator.info.style_layers
    numbers = np.linspace(-1, 1, Z_DIM, dtype=np.float32)
    plus = np.stack([numbers * (i + 1) for i in range(layers)])
    in_z = blend(generator, Recipe(anchors=(Anchor(Vector("z", numbers)),)))
    in_w = blend(generator, Recipe(anchors=(Anchor(Vector("w", numbers)),)))
    in_plus = blend(generator, Recipe(anchors=(Anchor(Vector("w+", plus)),)))
    assert torch.equal(in_z, mapped(generator, numbers))
    assert torch.equal(in_w, torch.tensor(numbers).expand(1, layers, Z_DIM))
    assert torch.equal(in_plus, torch.tensor(plus)[None])


def test_a_style_vector_and_a_seed_meet_in_w(generator: FakeGenerator) -> None:
    numbers = np.full(Z_DIM, 0.5, np.float32)
    recipe = Recipe(anchors=(Anchor(Seed(1)), Anchor(Vector("w", numbers))), blend="z")
    expected = 0.5 * mapped(generator, z_of(1)) + 0.25
    assert torch.allclose(blend(generator, recipe), expected, atol=1e-6)


@pytest.mark.parametrize("space", ["z", "w", "w+"])
def test_a_vector_of_another_length_is_refused(generator: FakeGenerator, space: str) -> None:
    shape = (generator.info.style_layers, 12) if space == "w+" else (12,)
    vector = Vector(space, np.zeros(shape, np.float32))  # type: ignore[arg-type]
    with pytest.raises(StudioError, match=r"another model - its latent has .*12 numbers") as caught:
        draw(generator, Recipe(anchors=(Anchor(vector),)))
    assert "16" in caught.value.detail


def test_a_vector_of_other_layers_is_refused(generator: FakeGenerator) -> None:
    vector = Vector("w+", np.zeros((5, Z_DIM), np.float32))
    with pytest.raises(StudioError, match="5 x 16 numbers"):
        draw(generator, Recipe(anchors=(Anchor(vector),)))


class Elsewhere(FakeGenerator):
    """A generator on another device, which holds no numbers; it keeps where its inputs were."""

    def sample_z(self, seeds: Sequence[int]) -> torch.Tensor:
        return super().sample_z(seeds).to("meta")

    def map(self, z: torch.Tensor, classes: Classes | None = None) -> torch.Tensor:
        assert isinstance(classes, torch.Tensor)
        assert (z.device.type, classes.device.type) == ("meta", "meta")
        return torch.zeros(1, self.info.style_layers, self.info.style_dim, device="meta")


def test_latents_go_where_the_generator_draws() -> None:
    generator = Elsewhere(fake_info(classes=("smile", "frown")), device="meta")
    anchors = (Anchor(Seed(1)), Anchor(Vector("w", np.zeros(Z_DIM, np.float32))))
    assert blend(generator, recipe_of(1)).device.type == "meta"
    assert blend(generator, Recipe(anchors=anchors)).device.type == "meta"


# --- style mixing ---------------------------------------------------------------------------------


def test_a_mix_takes_each_layer_by_its_shares() -> None:
    generator = FakeGenerator(fake_info(layers=LAYERS, z_dim=Z_DIM))
    of_a = (1.0, 1.0, 1.0, 0.5, 0.25, 0.0, 0.0, 0.0)
    of_b = tuple(3 * (1 - share) for share in of_a)  # shares are taken of their sum
    recipe = Recipe(anchors=(Anchor(Seed(1), 0.1, of_a), Anchor(Seed(2), 0.9, of_b)), blend="z")
    a, b = (mapped(generator, z_of(seed))[0] for seed in (1, 2))
    styles = blend(generator, recipe)
    assert styles.shape == (1, LAYERS, Z_DIM)
    for layer in range(LAYERS):
        total = of_a[layer] + of_b[layer]
        expected = (of_a[layer] * a[layer] + of_b[layer] * b[layer]) / total
        assert torch.allclose(styles[0, layer], expected, atol=1e-6), layer


def test_equal_shares_in_every_layer_are_a_plain_blend(generator: FakeGenerator) -> None:
    layers = generator.info.style_layers
    mixed = Recipe(
        anchors=(Anchor(Seed(1), 1, (0.3,) * layers), Anchor(Seed(2), 1, (0.7,) * layers))
    )
    plain = between(1, 2, 0.7, blend="w")
    assert torch.allclose(blend(generator, mixed), blend(generator, plain), atol=1e-6)


def test_an_anchor_without_layers_has_its_weight_in_all(generator: FakeGenerator) -> None:
    layers = generator.info.style_layers
    some = Recipe(anchors=(Anchor(Seed(1), 2.0), Anchor(Seed(2), 0.0, (1.0,) * layers)))
    two = (Anchor(Seed(1), 0, (2.0,) * layers), Anchor(Seed(2), 0, (1.0,) * layers))
    whole = Recipe(anchors=two)
    assert torch.equal(blend(generator, some), blend(generator, whole))
    short = Recipe(anchors=(Anchor(Seed(1), 0, (2.0,)), Anchor(Seed(2), 0, (1.0,))))
    assert torch.equal(blend(generator, short), blend(generator, whole))


# --- moves ----------------------------------------------------------------------------------------


def test_moves_add_after_truncation(generator: FakeGenerator) -> None:
    layers = generator.info.style_layers
    one = np.linspace(-1, 1, Z_DIM, dtype=np.float32)
    two = np.random.default_rng(1).standard_normal((layers, Z_DIM)).astype(np.float32)
    still = replace(recipe_of(3), truncation=Truncation(0.5))
    moves = (Move("one", Vector("w", one), 1.5), Move("two", Vector("w+", two), -0.5))
    moved = styles_of(generator, replace(still, moves=moves))
    expected = styles_of(generator, still) + 1.5 * torch.tensor(one) - 0.5 * torch.tensor(two)
    assert torch.allclose(moved, expected, atol=1e-6)


def test_a_move_reaches_the_layers_of_its_span() -> None:
    generator = FakeGenerator(fake_info(layers=LAYERS, z_dim=Z_DIM))
    step = Vector("w", np.ones(Z_DIM, np.float32))
    moves = (Move("one", step, 2.0, Span(2, 3, soft=1)),)
    offset = styles_of(generator, replace(recipe_of(3), moves=moves)) - styles_of(
        generator, recipe_of(3)
    )
    expected = torch.tensor([0, 1, 2, 2, 1, 0, 0, 0.0])[None, :, None].expand_as(offset)
    assert torch.allclose(offset, expected, atol=1e-6)


def test_a_frame_says_where_it_is(generator: FakeGenerator) -> None:
    step = Vector("w", np.full(Z_DIM, 0.5, np.float32))
    recipe = replace(recipe_of(3), truncation=Truncation(0.5), moves=(Move("one", step, 1.0),))
    drawing = draw(generator, recipe)
    assert np.array_equal(drawing.styles, styles_of(generator, recipe)[0].numpy())
    seed = blend(generator, recipe)[0].numpy()
    before, after = (
        np.sqrt(((styles - MEAN) ** 2).sum(1).mean()) for styles in (seed, drawing.styles)
    )
    assert drawing.distances == pytest.approx((before, after), abs=1e-5)


# --- after another drawing ------------------------------------------------------------------------

STEP = Vector("w", np.full(Z_DIM, 0.5, np.float32))
AFTER = Recipe(anchors=(Anchor(Seed(3)), Anchor(Seed(4), 0.5)), classes=(("cat", 1.0),))
CHANGES: dict[str, tuple[Recipe, bool]] = {
    "truncation": (replace(AFTER, truncation=Truncation(0.4)), True),
    "moves": (replace(AFTER, moves=(Move("one", STEP, 1.0),)), True),
    "noise": (replace(AFTER, noise=Noise("none")), True),
    "anchors": (replace(AFTER, anchors=(Anchor(Seed(3)), Anchor(Seed(4), 0.6))), False),
    "blend": (replace(AFTER, blend="w"), False),
    "classes": (replace(AFTER, classes=(("dog", 1.0),)), False),
    "resampled": (replace(AFTER, truncation=Truncation(0.4, resample=True)), False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_blended_before_is_kept_until_it_would_change(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = replace(fake_info(z_dim=Z_DIM, classes=("cat", "dog")), prior="truncnormal")
    generator = FakeGenerator(info)
    before = draw(generator, AFTER)
    recipe, kept = CHANGES[name]
    alone = draw(generator, recipe)
    mapped = []
    plain = FakeGenerator.map

    def watched(self: FakeGenerator, z: torch.Tensor, of: Classes | None = None) -> torch.Tensor:
        mapped.append(z)
        return plain(self, z, of)

    monkeypatch.setattr(FakeGenerator, "map", watched)
    after = draw(generator, recipe, before=before)
    assert after.pixels.tobytes() == alone.pixels.tobytes()
    assert np.array_equal(after.styles, alone.styles)
    assert bool(mapped) is not kept


def test_the_styles_of_a_drawing_are_its_own(generator: FakeGenerator) -> None:
    drawing = draw(generator, recipe_of(3))
    drawing.styles[:] = 0
    again = draw(generator, recipe_of(3), before=drawing)
    assert np.array_equal(again.pixels, draw(generator, recipe_of(3)).pixels)


# --- truncation, classes, noise -------------------------------------------------------------------


def test_truncation_0_is_the_mean(generator: FakeGenerator) -> None:
    styles = styles_of(generator, replace(recipe_of(1), truncation=Truncation(0.0)))
    assert torch.allclose(styles, torch.full_like(styles, MEAN))


def test_truncation_pulls_after_the_blend(generator: FakeGenerator) -> None:
    recipe = between(1, 2, 0.5, truncation=Truncation(0.7))
    blended = blend(generator, recipe)
    expected = MEAN + 0.7 * (blended - MEAN)
    assert torch.allclose(styles_of(generator, recipe), expected, atol=1e-6)


def test_truncation_stops_at_its_cutoff() -> None:
    generator = FakeGenerator(fake_info(layers=8))
    plain = styles_of(generator, recipe_of(1))
    cut = styles_of(generator, replace(recipe_of(1), truncation=Truncation(0.0, 3)))
    assert torch.allclose(cut[:, :3], torch.full_like(cut[:, :3], MEAN))
    assert torch.equal(cut[:, 3:], plain[:, 3:])


def test_truncation_does_nothing_where_there_is_none() -> None:
    generator = FakeGenerator(fake_info(truncation=False))
    recipe = replace(recipe_of(1), truncation=Truncation(0.3))
    assert torch.equal(styles_of(generator, recipe), styles_of(generator, recipe_of(1)))


def test_resampled_truncation_draws_the_seed_anew_instead_of_scaling_it() -> None:
    info = replace(fake_info(), prior="truncnormal")
    generator = FakeGenerator(info)
    plain = Recipe(anchors=(Anchor(Seed(3)),), truncation=Truncation(0.4))
    again = replace(plain, truncation=Truncation(0.4, resample=True))
    z = seed_z("truncnormal", 3, info.z_dim, TRUNCATION * 0.4)
    assert np.abs(z).max() <= TRUNCATION * 0.4
    assert torch.equal(styles_of(generator, again), mapped(generator, z))
    scaled = MEAN + 0.4 * (mapped(generator, seed_z("truncnormal", 3, info.z_dim)) - MEAN)
    assert torch.allclose(styles_of(generator, plain), scaled, atol=1e-6)


def test_resampling_scales_vectors_and_means_nothing_to_other_priors() -> None:
    numbers = np.linspace(-1, 1, 16, dtype=np.float32)
    recipe = Recipe(anchors=(Anchor(Vector("z", numbers)),), truncation=Truncation(0.4, None, True))
    cut = FakeGenerator(replace(fake_info(), prior="truncnormal"))
    assert torch.equal(styles_of(cut, recipe), mapped(cut, numbers * np.float32(0.4)))
    normal = FakeGenerator()
    plain = replace(recipe, truncation=Truncation(0.4))
    assert torch.equal(styles_of(normal, recipe), styles_of(normal, plain))


def test_class_weights() -> None:
    info = fake_info(classes=("smile", "frown", "laugh"))
    shared = Recipe(classes=(("laugh", 0.25), ("smile", 0.75)))
    assert class_weights(info, shared) is not None
    assert class_weights(info, shared).tolist() == [[0.75, 0.0, 0.25]]  # type: ignore[union-attr]
    assert class_weights(info, Recipe()).tolist() == [[1.0, 0.0, 0.0]]  # type: ignore[union-attr]
    assert class_weights(fake_info(), shared) is None


def test_classes_change_the_picture() -> None:
    generator = FakeGenerator(fake_info(classes=("smile", "frown")))
    smile, frown = (
        draw(generator, replace(recipe_of(1), classes=((name, 1.0),))).pixels
        for name in ("smile", "frown")
    )
    assert not np.array_equal(smile, frown)


def test_an_unknown_class_is_refused_with_the_nearest() -> None:
    generator = FakeGenerator(fake_info(classes=("smile", "frown")))
    with pytest.raises(StudioError, match="Unknown class smlie") as caught:
        draw(generator, replace(recipe_of(1), classes=(("smlie", 1.0),)))
    assert caught.value.hint == "Did you mean smile?"


def test_noise_follows_its_seed_and_mode() -> None:
    generator = FakeGenerator(fake_info(noise=True))

    def pixels(mode: str, seed: int = 0) -> bytes:
        noise = Noise(mode, seed)  # type: ignore[arg-type]
        return draw(generator, replace(recipe_of(1), noise=noise)).pixels.tobytes()

    assert pixels("const") == pixels("const")
    assert pixels("const", 1) != pixels("const")
    assert pixels("none") == pixels("none", 1)
    assert pixels("random") != pixels("random")


class Told(FakeGenerator):
    """A generator that keeps what strengths of noise it was told."""

    strengths: object = None

    def synthesize(self, *arguments: object, **options: object) -> torch.Tensor:
        self.strengths = options["noise_strengths"]
        return super().synthesize(*arguments, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("noise", "told"),
    [
        (Noise(), ()),
        (Noise(strength=0.5), (0.5, 0.5)),
        (Noise(layers=(0.0, 1.5)), (0.0, 1.5)),
        (Noise(strength=1.5, layers=(2.0,)), (3.0, 1.5)),
        (Noise(strength=2.0, layers=(1.0, 0.5, 9.0)), (2.0, 1.0)),
    ],
)
def test_strengths_of_noise_reach_the_generator(noise: Noise, told: tuple[float, ...]) -> None:
    generator = Told(fake_info(noise=True))
    drawing = draw(generator, replace(recipe_of(1), noise=noise))
    assert generator.strengths == told
    plain = draw(generator, recipe_of(1))
    assert np.array_equal(drawing.pixels, plain.pixels) == (not told)


# --- pixels ---------------------------------------------------------------------------------------


def test_pixels_are_rounded_as_numpy_rounds() -> None:
    edges = np.array([-9, -1.004, -1, -0.5, 0, 1 / 255, 0.5, 1, 1.004, 9], np.float32)
    spread = np.random.default_rng(0).uniform(-1.1, 1.1, 3 * 16 * 16 - 10).astype(np.float32)
    halves = ((np.arange(3 * 16 * 16, dtype=np.float32) % 255 + 0.5) - 127.5) / 127.5
    for values in (np.concatenate([edges, spread]), halves):
        image = values.reshape(1, 3, 16, 16)
        expected = np.round(np.clip(image * 127.5 + 127.5, 0, 255)).astype(np.uint8)
        pixels = to_pixels(torch.from_numpy(image))
        assert pixels.shape == (16, 16, 4)
        assert pixels.flags.c_contiguous
        assert np.array_equal(to_rgb(pixels), expected[0].transpose(1, 2, 0))
        assert (pixels[..., 3] == 255).all()


def test_pixels_are_blue_green_red() -> None:
    image = torch.tensor([1.0, 0.0, -1.0]).reshape(1, 3, 1, 1)
    assert to_pixels(image).tolist() == [[[0, 128, 255, 255]]]
    assert to_rgb(to_pixels(image)).tolist() == [[[255, 128, 0]]]


def test_half_precision_pictures_become_pixels_too() -> None:
    assert to_pixels(torch.ones(1, 3, 2, 2, dtype=torch.bfloat16)).min() == 255


def test_a_drawing_tells_its_time(generator: FakeGenerator) -> None:
    generator.delay = 0.002
    drawing = draw(generator, recipe_of(1))
    assert drawing.pixels.shape == (32, 32, 4)
    assert 2 <= drawing.forward_ms <= drawing.render_ms


def test_drawing_leaves_no_graph(generator: FakeGenerator) -> None:
    with torch.enable_grad():
        draw(generator, recipe_of(1))
        assert torch.is_grad_enabled()


def test_the_same_recipe_gives_the_same_bytes(generator: FakeGenerator) -> None:
    first, second = (draw(generator, recipe_of(5)).pixels for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert not np.shares_memory(first, second)
