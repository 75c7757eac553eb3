"""The noise and truncation panels: one step of undo a gesture, and what they say in words."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from latentstudio.core.model_info import ModelInfo
from latentstudio.core.recipe import Noise, Recipe, Truncation, with_psi
from latentstudio.ui.panels.noise import NoisePanel
from latentstudio.ui.panels.truncation import TruncationPanel, distance_words
from tests.fakes import fake_info
from tests.ui.panel_bench import PanelBench, Picture

SIDES = (4, 8, 8, 16, 16, 32, 32, 64, 64)
NOISY = replace(fake_info(resolution=64, noise=True), noise_resolutions=SIDES)


@pytest.fixture
def bench(qtbot: QtBot) -> PanelBench:
    return PanelBench(qtbot, NoisePanel, NOISY)


def test_each_control_edits_the_recipe_in_one_step(bench: PanelBench) -> None:
    bench.slide("strength", 1.2, 1.5)
    bench.slide("layer3", 0.5, 0.0)
    bench.choose("band", 2)
    bench.choose("mode", 2)
    assert bench.labels == ["Strength", "Noise of a layer", "Noise band", "Mode"]
    assert bench.recipe.noise.mode == "random"
    assert bench.recipe.noise.strengths(9) == (1.5,) * 7 + (0.0,) * 2
    for _ in range(4):
        bench.document.undo()
    assert bench.recipe == Recipe()


def test_the_layers_say_how_many_are_active(bench: PanelBench) -> None:
    fold = bench.control("layers")
    assert fold.summary == "9 of 9 active"
    bench.choose("band", 1)
    assert fold.summary == "2 of 9 active"
    assert bench.panel.summary(bench.recipe) == "fixed, 1.00, varies"
    assert not bench.control("layer0").isVisible()
    bench.click(fold)
    assert bench.control("layer0").isVisible()
    assert bench.control("layer0").value() == 0.0


def test_a_layer_of_its_own_leaves_no_band_chosen(bench: PanelBench) -> None:
    bands = bench.control("band")
    bench.choose("band", 1)
    assert bands.current() == 1
    bench.slide("layer2", 0.4)
    assert bands.current() == -1
    assert bands.accessibleDescription() == "varies"
    bench.choose("band", 0)
    assert bands.current() == 0
    assert bench.recipe.noise == Noise()


def test_without_noise_the_strength_says_why_it_is_off(bench: PanelBench) -> None:
    bench.choose("mode", 0)
    assert bench.control("strength").reason() == "Off: choose Fixed, Random or a band"
    assert bench.control("layers").summary == "0 of 9 active"
    assert not bench.control("seed").isVisible()
    bench.choose("band", 1)
    assert bench.recipe.noise.mode == "const"
    assert bench.control("strength").reason() == ""


def test_the_seed_of_the_noise(bench: PanelBench) -> None:
    bench.control("seed").committed.emit(2**32 - 1)
    assert bench.recipe.noise.seed == 2**32 - 1
    bench.click(bench.control("reseed"))
    assert bench.recipe.noise.seed != 2**32 - 1
    assert bench.labels == ["Noise seed", "Noise seed"]
    bench.document.undo()
    assert bench.control("seed").value() == 2**32 - 1


def test_random_noise_is_drawn_again_only_while_asked(bench: PanelBench, qtbot: QtBot) -> None:
    panel = bench.panel
    assert isinstance(panel, NoisePanel)
    bench.choose("mode", 2)
    bench.click(bench.control("again"))
    assert bench.tasks.redrawn == 1
    qtbot.wait(150)
    assert bench.tasks.redrawn == 1
    bench.click(bench.control("play"))
    qtbot.waitUntil(lambda: bench.tasks.redrawn == 2)
    qtbot.wait(150)
    assert bench.tasks.redrawn == 2  # the picture is still on its way
    bench.tasks.show(Picture(bench.recipe))
    qtbot.waitUntil(lambda: bench.tasks.redrawn == 3)
    bench.click(bench.control("play"))
    assert not panel.playing
    assert len(bench.labels) == 1  # drawing is no edit


@pytest.mark.parametrize("how", ["mode", "hidden", "model"])
def test_drawing_again_ends_by_itself(bench: PanelBench, qtbot: QtBot, how: str) -> None:
    panel = bench.panel
    assert isinstance(panel, NoisePanel)
    bench.choose("mode", 2)
    panel.play()
    if how == "mode":
        bench.choose("mode", 1)
    elif how == "hidden":
        panel.set_open(False)
    else:
        panel.show_model(NOISY)
    qtbot.waitUntil(lambda: not panel.playing)
    assert bench.tasks.redrawn == 0


def test_a_model_with_other_inputs_shows_its_own_rows(bench: PanelBench) -> None:
    panel = bench.panel
    bench.click(bench.control("layers"))
    panel.show_model(replace(NOISY, noise_resolutions=(4, 8, 8)))
    panel.show_recipe(bench.recipe)
    assert bench.control("layer2").isVisible()
    assert not bench.control("layer3").isVisible()
    assert bench.control("layer2").accessibleName() == "8 px, 2nd"
    assert "no fine noise" in bench.control("band").segments[1].reason()


def test_a_model_without_noise_says_so_on_the_header(bench: PanelBench) -> None:
    bench.panel.show_model(fake_info(layers=1))
    assert bench.panel.header.summary == "none in this model"
    assert not bench.panel.is_open()


def test_the_way_to_the_variation(bench: PanelBench, qtbot: QtBot) -> None:
    assert isinstance(bench.panel, NoisePanel)
    with qtbot.waitSignal(bench.panel.variation_asked):
        bench.click(bench.control("variation"))


# --- truncation -----------------------------------------------------------------------------------

BIGGAN = ModelInfo("birds", "biggan", 64, 16, 16, 6, (4, 8, 16, 32, 64, 64), prior="truncnormal")


def test_distances_are_those_of_the_shown_picture(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot, TruncationPanel, fake_info())
    bench.tasks.show(Picture(bench.recipe, distances=(8.412, 5.888)))
    assert bench.control("distance").text() == "8.41 → 5.89"
    bench.tasks.show(Picture(bench.recipe, distances=(8.412, 8.4121)))
    assert bench.control("distance").text() == "8.41"
    bench.panel.show_model(fake_info(name="other"))
    assert bench.control("distance").text() == ""
    assert distance_words(1.0, 0.0) == "1.00 → 0.00"


def test_a_truncated_normal_has_its_own_range_and_can_be_drawn_again(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot, TruncationPanel, BIGGAN)
    track = bench.control("psi").track.scale_of
    assert (track.minimum, track.maximum) == (0.02, 1.0)
    bench.slide("psi", 0.5, 0.3)
    bench.choose("resample", 1)
    assert bench.recipe.truncation == Truncation(0.3, None, True)
    assert bench.labels == ["Truncation", "How"]
    assert "no cutoff" in bench.control("cutoff").reason()
    bench.choose("resample", 0)
    assert bench.control("cutoff").reason() == ""


def test_other_priors_reach_from_the_opposite_to_the_exaggeration(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot, TruncationPanel, BIGGAN)
    bench.panel.show_model(fake_info())
    track = bench.control("psi").track.scale_of
    assert (track.minimum, track.maximum, bench.control("psi").default()) == (-1.0, 2.0, 1.0)
    assert not bench.control("resample").isVisible()
    bench.document.edit_recipe("Truncation", lambda recipe: with_psi(recipe, -0.5))
    assert bench.control("psi").value() == -0.5


def test_latents_of_one_length_have_no_truncation(qtbot: QtBot) -> None:
    bench = PanelBench(qtbot, TruncationPanel, fake_info(truncation=False))
    assert bench.panel.header.summary == "none: every latent has one length"
    assert not bench.panel.is_open()
