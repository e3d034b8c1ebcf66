from __future__ import annotations

import math

import pytest
import torch

from bgrsrgan.losses import adversarial_terms, alpha_terms, critic_terms, pixel_terms, total


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
