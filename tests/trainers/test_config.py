import pytest

from latentstudio.core.errors import StudioError
from trainers.config import (
    Hinge,
    NonSaturating,
    merge,
    parse,
    parse_settings,
    preset_names,
    read_preset,
    resolve,
)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_resolves_and_says_what_it_is(name: str) -> None:
    config = resolve(name, {})
    assert config.preset == name
    assert len(read_preset(name)["about"]) > 20
    again = parse(config.model_dump(mode="json"))
    assert again == config


def test_a_preset_states_differences_only() -> None:
    fast, small = resolve("dcgan-fast", {}), resolve("dcgan-32", {})
    assert small.model.resolution == 32
    assert small.optimizer == fast.optimizer


def test_settings_are_read_as_yaml_and_nested() -> None:
    found = parse_settings(["optimizer.lr_g=1e-4", "optimizer.lr_d=0.5", "batch=16", "init=a b"])
    assert found["optimizer"]["lr_d"] == 0.5
    config = resolve("dcgan-test", found)
    assert config.optimizer.lr_g == 1e-4
    assert (config.batch, config.init) == (16, "a b")


def test_a_part_of_another_kind_replaces_the_whole_part() -> None:
    low = {"loss": {"kind": "a", "margin": 1}, "batch": 3}
    assert merge(low, {"loss": {"margin": 2}}) == {"loss": {"kind": "a", "margin": 2}, "batch": 3}
    assert merge(low, {"loss": {"kind": "b"}})["loss"] == {"kind": "b"}
    hinge = resolve("dcgan-test", parse_settings(["loss.kind=hinge"]))
    assert isinstance(hinge.loss, Hinge)
    assert isinstance(resolve("dcgan-test", {}).loss, NonSaturating)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("bacth=3", "no setting 'bacth'.* Did you mean batch?"),
        ("optimizer.lrg=3", "no setting 'optimizer.lrg'.* Did you mean lr_g?"),
        ("model.widthg=3", "Did you mean width_g?"),
        ("loss={kind: hinge, margn: 3}", "no setting 'loss.margn'"),
        ("regularizers=[{kind: r1, gama: 3}]", "no setting 'regularizers.0.gama'.* gamma"),
        ("batch=many", "batch cannot be 'many'"),
        ("batch=0", "batch cannot be 0"),
        ("model.resolution=48", "model.resolution cannot be 48"),
        ("model.width_g=2000", "width is 2000"),
        ("loss.kind=joy", "loss cannot be"),
        ("batch", "sets nothing"),
        ("batch=[", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(setting: str, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        resolve("dcgan-test", parse_settings([setting]))


@pytest.mark.parametrize("name", preset_names())
def test_a_resolution_that_is_no_power_of_two_is_refused(name: str) -> None:
    with pytest.raises(StudioError, match=r"model\.resolution cannot be 48 - .*16, 32"):
        resolve(name, parse_settings(["model.resolution=48"]))


@pytest.mark.parametrize(
    ("preset", "setting", "words"),
    [
        ("dcgan-fast", "style_mixing=0.5", "noise need model.family=stylegan"),
        ("biggan-cpu", "regularizers=[{kind: path_length}]", "need model.family=stylegan"),
        ("stylegan-cpu", "schedule=[{resolution: 64, stable_kimg: 1, batch: 8}]",
         "a schedule needs model.family=progressive"),
        ("progressive-cpu", "accumulate=5", "cannot be split into 5 equal parts"),
        ("progressive-cpu", "model.widths_g=[8]", "under model do not go together"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_said_without_the_config(
    preset: str, setting: str, words: str
) -> None:
    with pytest.raises(StudioError, match=words) as caught:
        resolve(preset, parse_settings([setting]))
    assert "do not go together" in str(caught.value)
    assert not set("{[") & set(str(caught.value))


@pytest.mark.parametrize(
    ("preset", "setting", "nearest"),
    [
        ("dcgan-fast", "model.widths_g=[8]", "width_g"),
        ("stylegan-cpu", "model.width_g=8", "widths_g"),
        ("progressive-cpu", "model.w_dim=8", "z_dim"),
        ("biggan-cpu", "model.group=4", "Known|mean"),
    ],
)
def test_a_setting_of_another_family_is_unknown(preset: str, setting: str, nearest: str) -> None:
    with pytest.raises(StudioError, match=f"no setting 'model.*{nearest}"):
        resolve(preset, parse_settings([setting]))


def test_an_unknown_preset_gets_the_nearest() -> None:
    with pytest.raises(StudioError, match="Did you mean dcgan-fast"):
        resolve("dcgan-fats", {})
