from __future__ import annotations

from pathlib import Path

import pytest

from bgrsr_data.errors import InputError
from bgrsrgan.cli.train import DOES, parse_options
from bgrsrgan.config import NETWORK_NAMES, TrainConfig, TrainOptions
from bgrsrgan.networks import NETWORKS
from bgrsrgan.recipes.reader import recipe_names
from bgrsrgan.tasks import TASKS


def test_a_network_that_can_be_asked_for_is_known_wherever_one_must_be() -> None:
    assert set(NETWORK_NAMES) == set(NETWORKS) == set(TASKS) == set(DOES)


@pytest.mark.parametrize("network", NETWORK_NAMES)
@pytest.mark.parametrize("recipe", ["full", "smoke"])
def test_every_network_has_a_recipe_for_use_and_one_for_a_trial(network: str, recipe: str) -> None:
    options = parse_options({"network": network, "recipe": recipe}, [])
    assert (options.network, options.name) == (network, network)
    assert options.adversarial_steps > 0  # both phases
    assert recipe_names(network)[recipe].read_text().startswith("about: ")


def test_a_trial_is_shorter_and_smaller_than_the_real_thing() -> None:
    for network in NETWORK_NAMES:
        full, smoke = (parse_options({"network": network, "recipe": name}, []) for name in ("full", "smoke"))
        assert smoke.steps < full.steps / 5
        assert smoke.lr_size < full.lr_size


def test_options_are_taken_over_those_of_the_recipe_and_survive_json(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("about: mine\nnetwork: srgan\nbatch: 5\npixel_steps: 7\n")
    options = parse_options({"recipe": str(mine), "network": "srgan", "batch": 3}, ["lr_size=[64, 48]"])
    assert options.config == TrainConfig(network="srgan", batch=3, pixel_steps=7, lr_size=(64, 48))
    mine.unlink()  # what was told once needs its recipe no more
    assert TrainOptions.model_validate_json(options.model_dump_json()) == options


def test_a_recipe_names_its_network_and_the_run_is_named_by_it(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("network: bgrsrgan\n")
    options = TrainOptions.model_validate({"recipe": str(mine)})
    assert (options.network, options.name) == ("bgrsrgan", "bgrsrgan")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("network: srgan\nbach: 3\n", "line 2: unknown key 'bach'; did you mean 'batch'"),
        ("batch: 3\nprecision: float8\n", "line 2: 'precision': input should be 'float32', 'bfloat16' or 'float16'"),
        ("batch: 8\naccumulate: 3\n", "line 1: a batch of 8 cannot be worked through in 3 equal parts"),
        ("about: x\nnetwork: unet-gan\n", "line 2: is a recipe of unet-gan, not of srgan"),
        ("- batch\n", "line 1: a training recipe is a list of options"),
        ("batch: [\n", "is not valid YAML"),
    ],
)
def test_a_wrong_recipe_is_told_with_its_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)
    with pytest.raises(InputError, match=message) as told:
        parse_options({"recipe": str(mine), "network": "srgan"}, [])
    assert str(told.value).startswith(str(mine))


def test_as_published_takes_the_critic_that_collapses_whatever_the_recipe_says() -> None:
    smoke = {"network": "srgan", "recipe": "smoke"}
    assert parse_options(smoke, []).adversarial == "hinge"
    published = parse_options({**smoke, "as_published": True}, [])
    assert (published.adversarial, published.critic, published.pixel_loss) == ("wasserstein", "resnet18", "mse")
    assert parse_options({**smoke, "as_published": True}, ["adversarial=hinge"]).adversarial == "hinge"
