from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from bgrsr_data.errors import InputError
from bgrsr_data.media import colour
from bgrsrgan.light import halve
from bgrsrgan.losses import (
    adversarial_terms,
    alpha_terms,
    critic_terms,
    intermediate_terms,
    penalty_terms,
    pixel_terms,
    total,
)
from bgrsrgan.networks.critic import ResNetCritic, make_critic
from bgrsrgan.networks.features import IMAGENET_MEAN, IMAGENET_STD


def test_the_pixel_term_is_the_mean_absolute_difference() -> None:
    assert pixel_terms(torch.full((1, 3, 4, 4), 0.7), torch.full((1, 3, 4, 4), 0.4))["pixel"].item() == pytest.approx(
        0.3
    )


def test_an_alpha_that_is_even_but_wrong_costs_no_edges() -> None:
    terms = alpha_terms(torch.full((1, 1, 32, 32), 0.9), torch.full((1, 1, 32, 32), 0.4), laplacian_weight=0.2)
    assert terms["alpha"].item() == pytest.approx(-(0.4 * math.log(0.9) + 0.6 * math.log(0.1)))
    assert terms["laplacian"].item() == pytest.approx(0, abs=1e-6)


def test_a_sharp_error_costs_more_edges_than_a_smooth_one_of_the_same_sum() -> None:
    true = torch.zeros(1, 1, 32, 32)
    stripes = true.clone()
    stripes[..., ::2] = 1
    smooth = torch.full_like(true, 0.5)
    sharp_terms, smooth_terms = (alpha_terms(pred, true, laplacian_weight=1) for pred in (stripes, smooth))
    assert sharp_terms["laplacian"] > 10 * smooth_terms["laplacian"] + 0.05


def test_the_laplacian_of_one_wrong_pixel_is_the_hand_computed_one() -> None:
    """3×3, one level: the middle keeps 8/9 of 1, its neighbours lose their share of the mean around them."""
    wrong = torch.zeros(1, 1, 3, 3)
    wrong[..., 1, 1] = 1
    means = [1 / 4, 1 / 6, 1 / 4, 1 / 6, 1 - 1 / 9, 1 / 6, 1 / 4, 1 / 6, 1 / 4]
    expected = sum(means) / 9 / 5
    terms = alpha_terms(wrong, torch.zeros_like(wrong), laplacian_weight=1)
    assert terms["laplacian"].item() == pytest.approx(expected, rel=1e-5)


def test_an_alpha_that_is_0_everywhere_still_feels_where_the_person_is() -> None:
    logits = torch.full((1, 1, 16, 16), -12.0, requires_grad=True)
    terms = alpha_terms(logits.sigmoid(), torch.ones(1, 1, 16, 16), laplacian_weight=0.0)
    total(terms).backward()
    assert logits.grad is not None
    assert logits.grad.sum().item() == pytest.approx(-1, rel=1e-3)


def test_the_hinge_of_a_critic_that_cannot_tell_is_2_and_of_a_sure_one_0() -> None:
    zeros, sure = torch.zeros(3), torch.full((3,), 1.5)
    assert critic_terms(zeros, zeros)["critic"].item() == 2
    assert critic_terms(sure, -sure)["critic"].item() == 0
    assert critic_terms(-sure, sure)["critic"].item() == 5


def test_the_generator_is_paid_for_high_scores() -> None:
    assert adversarial_terms(torch.tensor([2.0, 4.0]), weight=5e-3)["adversarial"].item() == pytest.approx(-0.015)


def test_the_total_is_the_sum_of_the_terms() -> None:
    assert total({"a": torch.tensor(1.0), "b": torch.tensor(-0.25)}).item() == 0.75


def test_the_squared_pixel_term_is_the_mean_squared_difference() -> None:
    terms = pixel_terms(torch.full((1, 3, 4, 4), 0.7), torch.full((1, 3, 4, 4), 0.4), "mse")
    assert terms["pixel"].item() == pytest.approx(0.09)


def test_as_published_the_truth_itself_is_far_from_right_since_only_the_target_is_normalised() -> None:
    grey = torch.full((1, 3, 4, 4), 0.5)
    normalised = [(0.5 - mean) / std for mean, std in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)]
    expected = sum((0.5 - value) ** 2 for value in normalised) / 3
    assert pixel_terms(grey, grey, "mse")["pixel"].item() == 0
    assert pixel_terms(grey, grey, "mse", as_published=True)["pixel"].item() == pytest.approx(expected, rel=1e-5)
    alpha = grey[:, :1]  # has no colours that ImageNet could normalise
    assert pixel_terms(alpha, alpha, as_published=True)["pixel"].item() == 0


def test_the_intermediate_term_is_weighted() -> None:
    terms = intermediate_terms(torch.full((1, 3, 2, 2), 0.2), torch.zeros(1, 3, 2, 2), weight=3)
    assert terms["intermediate"].item() == pytest.approx(0.6)


def test_half_of_a_picture_is_the_mean_of_four_pixels_light() -> None:
    picture = torch.zeros(1, 3, 2, 2)
    picture[..., 0, 0] = 1
    expected = colour.to_srgb8(np.full((1, 1, 3), 0.25, np.float32))[0, 0, 0]
    assert halve(picture).mul(255).round().flatten().tolist() == [expected] * 3  # 137, not 64


def test_a_wasserstein_critic_is_taught_by_the_distance_of_its_scores_without_bound() -> None:
    real, fake = torch.tensor([5.0, 7.0]), torch.tensor([-1.0, -3.0])
    for objective in ("wgan-gp", "wasserstein"):
        assert critic_terms(real, fake, objective)["critic"].item() == -8


def test_the_penalty_of_a_critic_of_slope_three_is_four_times_its_weight() -> None:
    """score = 3 · (unit direction · picture): its slope is 3 everywhere, (3 - 1)² = 4."""
    direction = torch.randn(1, 3, 4, 4)
    direction = 3 * direction / direction.norm()
    real, fake = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4)
    terms = penalty_terms(lambda image: (image * direction).sum((1, 2, 3)), real, fake, torch.rand(2), weight=10.0)
    assert terms["penalty"].item() == pytest.approx(40, rel=1e-5)


def test_the_penalty_is_taken_between_the_real_and_the_fake_picture() -> None:
    """score = Σ x²: its slope at x is 2x; a quarter real is a quarter of the way."""
    real, fake = torch.ones(1, 1, 1, 1), torch.zeros(1, 1, 1, 1)
    terms = penalty_terms(lambda image: image.square().sum((1, 2, 3)), real, fake, torch.tensor([0.25]), weight=1.0)
    assert terms["penalty"].item() == pytest.approx((2 * 0.25 - 1) ** 2)


def test_the_penalty_teaches_every_weight_of_a_stock_resnet_that_it_reaches() -> None:
    critic = make_critic("resnet18").eval()
    penalty_terms(critic, torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32), torch.rand(2), weight=10.0)[
        "penalty"
    ].backward()
    assert all(weight.grad is not None for name, weight in critic.named_parameters() if name.endswith("conv1.weight"))


def test_the_published_critic_gives_a_picture_one_score_and_judges_it_alone_where_it_teaches() -> None:
    critic = ResNetCritic().eval()
    pictures = torch.rand(3, 3, 48, 64)
    together = critic(pictures)
    assert together.shape == (3, 1)
    torch.testing.assert_close(together[:1], critic(pictures[:1]), rtol=1e-4, atol=1e-5)


def test_an_unknown_critic_is_an_input_error_that_names_the_known() -> None:
    with pytest.raises(InputError, match="no critic 'vgg'; known: patch, resnet18"):
        make_critic("vgg")
