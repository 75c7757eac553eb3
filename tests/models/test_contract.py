"""What every family promises; a new family is tested by its line in FAMILIES."""

from pathlib import Path

import pytest
import torch

from latentstudio.core.latent import seed_z
from latentstudio.models.checkpoint import open_bundle
from latentstudio.models.generator import Generator
from latentstudio.models.registry import FAMILIES, open_model
from tests.models.examples import EXAMPLES, class_arguments, networks, write_example


@pytest.fixture(params=sorted(FAMILIES))
def family(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def model(family: str, tmp_path: Path) -> Generator:
    write_example(tmp_path / "example.safetensors", family)
    return open_model(str(tmp_path / "example.safetensors"))


def test_every_family_has_an_example() -> None:
    assert EXAMPLES.keys() == FAMILIES.keys()


def test_fulfils_the_protocol(model: Generator) -> None:
    assert isinstance(model, Generator)


def test_info_says_what_the_network_takes(model: Generator, family: str) -> None:
    info = model.info
    assert info.family == family
    assert len(info.layer_resolutions) == info.style_layers
    assert info.output_resolutions[-1] == info.resolution
    generator, _ = networks(family)
    assert info.parameters == sum(weight.numel() for weight in generator.parameters())
    assert len(info.model_id) == 64


def test_a_seed_is_what_the_published_scripts_draw(model: Generator) -> None:
    z = model.sample_z([7, 0, 2**32 - 1])
    assert z.shape == (3, model.info.z_dim)
    assert z.dtype == torch.float32
    for row, seed in zip(z, [7, 0, 2**32 - 1], strict=True):
        assert row.tolist() == seed_z(model.info.prior, seed, model.info.z_dim).tolist()
    assert model.sample_z([]).shape == (0, model.info.z_dim)


def test_styles_and_pictures_have_their_shapes(model: Generator) -> None:
    info = model.info
    styles = model.map(model.sample_z([0, 1, 2]))
    assert styles.shape == (3, info.style_layers, info.style_dim)
    images = model.synthesize(styles)
    assert images.shape == (3, 3, info.resolution, info.resolution)
    assert images.dtype == torch.float32
    assert images.isfinite().all()
    assert images.std() > 0.01


def test_smaller_pictures_have_the_side_that_is_asked_for(model: Generator) -> None:
    styles = model.map(model.sample_z([0]))
    for side in model.info.output_resolutions:
        assert model.synthesize(styles, max_resolution=side).shape == (1, 3, side, side)
    least = model.synthesize(styles, max_resolution=1)
    assert least.shape[-1] == model.info.output_resolutions[0]
    most = model.synthesize(styles, max_resolution=4 * model.info.resolution)
    assert torch.equal(most, model.synthesize(styles))


def test_a_seed_always_draws_the_same_bytes(model: Generator) -> None:
    first, again = (model.synthesize(model.map(model.sample_z([5]))) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, model.synthesize(model.map(model.sample_z([6]))))


def test_a_batch_draws_what_its_members_draw_alone(model: Generator) -> None:
    styles = model.map(model.sample_z(range(4)))
    together = model.synthesize(styles)
    alone = torch.cat([model.synthesize(style[None]) for style in styles])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)


def test_truncation_goes_to_the_mean_style(model: Generator) -> None:
    styles = model.map(model.sample_z([3, 4]))
    assert torch.equal(model.truncate(styles, 1.0), styles)
    if not model.info.has_truncation:
        assert torch.equal(model.truncate(styles, 0.3), styles)
        return
    means = model.truncate(styles, 0.0)
    torch.testing.assert_close(means[0], means[1])
    images = model.synthesize(means)
    torch.testing.assert_close(images[0], images[1], atol=1e-6, rtol=0)
    half = model.truncate(styles, 0.5)
    torch.testing.assert_close(half, (styles + means) / 2)
    assert torch.equal(model.truncate(styles, 0.3, cutoff=0), styles)


def test_one_layer_families_map_by_identity(model: Generator) -> None:
    if model.info.style_layers == 1:
        z = model.sample_z([1, 2])
        assert torch.equal(model.map(z), z[:, None])


def test_everything_is_differentiable_and_no_weight_gathers_gradients(model: Generator) -> None:
    z = model.sample_z([0]).requires_grad_()
    images = model.synthesize(model.truncate(model.map(z), 0.7))
    verdicts = model.discriminate(images)
    assert verdicts is not None
    verdicts.sum().backward()  # type: ignore[no-untyped-call]
    assert z.grad is not None
    assert z.grad.abs().sum() > 0
    networks = [part for part in vars(model).values() if isinstance(part, torch.nn.Module)]
    assert networks
    assert not any(weight.requires_grad for part in networks for weight in part.parameters())


def test_verdicts_are_one_number_a_picture(model: Generator) -> None:
    images = model.synthesize(model.map(model.sample_z(range(3))))
    verdicts = model.discriminate(images)
    assert verdicts is not None
    assert verdicts.shape == (3,)
    alone = model.discriminate(images[1:2])
    assert alone is not None
    torch.testing.assert_close(verdicts[1], alone[0], atol=1e-5, rtol=1e-5)


def test_without_a_critic_there_is_no_verdict(family: str, tmp_path: Path) -> None:
    path = tmp_path / "mute.safetensors"
    write_example(path, family, critic=False)
    model = open_model(str(path))
    assert model.info.critic is None
    assert model.discriminate(model.synthesize(model.map(model.sample_z([0])))) is None


def test_the_open_model_draws_what_the_trained_network_drew(model: Generator, family: str) -> None:
    network = networks(family)[0].eval()
    z = model.sample_z(range(8))
    with torch.no_grad():
        expected = network(z, *class_arguments(family, 8))
    drawn = model.synthesize(model.map(z))
    torch.testing.assert_close(drawn, expected, atol=1e-5, rtol=1e-5)


def test_the_open_critic_says_what_the_trained_one_said(model: Generator, family: str) -> None:
    critic = networks(family)[1].eval()
    images = torch.rand(4, 3, model.info.resolution, model.info.resolution) * 2 - 1
    said = model.discriminate(images)
    assert said is not None
    with torch.no_grad():
        torch.testing.assert_close(
            said, critic(images, *class_arguments(family, 4)), atol=1e-4, rtol=1e-4
        )


def test_saving_and_reading_is_exact(family: str, tmp_path: Path) -> None:
    path = tmp_path / "example.safetensors"
    write_example(path, family)
    bundle = open_bundle(path)
    for part, network in zip(
        (bundle.generator, bundle.discriminator), networks(family), strict=True
    ):
        state = network.state_dict()
        assert part.keys() == {name for name in state if not name.endswith("batches_tracked")}
        assert all(torch.equal(tensor, state[name]) for name, tensor in part.items())


def test_what_style_weights_do_not_see_is_not_drawn(model: Generator) -> None:
    info, weights = model.info, model.style_weights()
    assert [weight.shape[1] for weight in weights] == [info.style_dim] * info.style_layers
    styles = model.map(model.sample_z([0]))
    drawn = model.synthesize(styles)
    for layer, weight in enumerate(weights):
        _, values, right = torch.linalg.svd(weight.double(), full_matrices=True)
        seen = int((values > 1e-6).sum())
        moved = styles.clone()
        moved[:, layer] += 0.5 * right[0].float()
        assert not torch.allclose(model.synthesize(moved), drawn, atol=1e-4)
        for unseen in right[seen:]:
            moved = styles.clone()
            moved[:, layer] += unseen.float()
            torch.testing.assert_close(model.synthesize(moved), drawn, atol=1e-4, rtol=0)


def test_another_precision_is_another_copy(model: Generator) -> None:
    styles = model.map(model.sample_z([0, 1]))
    exact = model.synthesize(styles)
    coarse = model.to("cpu", "bfloat16").synthesize(styles)
    assert coarse.dtype == torch.float32
    assert not torch.equal(exact, coarse)
    torch.testing.assert_close(coarse, exact, atol=0.1, rtol=0)
    # The first is untouched, and the way back starts from the stored weights.
    assert torch.equal(model.synthesize(styles), exact)
    assert torch.equal(model.to("cpu", "bfloat16").to("cpu").synthesize(styles), exact)


@torch.no_grad()
def test_a_model_made_quick_draws_the_same_bytes(model: Generator, family: str) -> None:
    def drawn() -> list[torch.Tensor]:
        styles = model.map(model.sample_z([5]))
        ways = [
            {"noise": "const"}, {"noise": "none"}, {"noise": "const", "noise_seed": 3},
            {"max_resolution": 8},
        ]  # fmt: skip
        pictures = [model.synthesize(styles, **way) for way in ways]  # type: ignore[arg-type]
        return [*pictures, model.synthesize(model.map(model.sample_z([5, 6])))]

    before = drawn()
    model.make_quick()
    assert model._quick is not None  # type: ignore[attr-defined]
    assert all(torch.equal(one, other) for one, other in zip(before, drawn(), strict=True))
    styles = model.map(model.sample_z([5])).requires_grad_()
    with torch.enable_grad():
        model.synthesize(styles).sum().backward()  # type: ignore[no-untyped-call]
    assert styles.grad is not None


def test_the_critic_shows_what_it_sees(model: Generator) -> None:
    images = model.synthesize(model.map(model.sample_z([0, 1]))).detach().requires_grad_()
    features = model.critic_features(images)
    assert len(features) >= 1
    sides = [one.shape[-1] for one in features]
    assert sides == sorted(sides, reverse=True)
    assert all(one.shape[0] == 2 and one.ndim == 4 for one in features)
    (slope,) = torch.autograd.grad(features[0].float().square().sum(), images)
    assert slope.abs().max() > 0
    again = model.critic_features(images)
    assert len(again) == len(features)  # nothing is left hanging on the network


def test_the_critic_is_measured_on_real_faces(model: Generator) -> None:
    mean, spread = model.critic_real
    assert spread > 0
    assert mean == mean
