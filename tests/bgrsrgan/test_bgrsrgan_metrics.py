from __future__ import annotations

import math

import numpy as np
import pytest
import skimage.data
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from bgrsr_data.errors import InputError
from bgrsrgan.data.loader import in_order
from bgrsrgan.evaluation.measure import Score, mean, measure
from bgrsrgan.metrics import MOST_DB, psnr, ssim
from bgrsrgan.tasks.replacement import Replacement, bicubic


def _tensor(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None].float()


@pytest.fixture
def photos() -> tuple[np.ndarray, np.ndarray]:
    true = skimage.data.astronaut()[100:260, 120:333] / 255.0
    noisy = np.clip(true + np.random.default_rng(0).normal(0, 0.08, true.shape), 0, 1)
    return true, noisy


def test_psnr_of_a_constant_difference_of_a_tenth_is_20_db() -> None:
    image = torch.full((2, 3, 12, 12), 0.4)
    assert psnr(image + 0.1, image).tolist() == pytest.approx([20.0, 20.0], abs=1e-4)


def test_psnr_of_equal_images_is_the_stated_limit() -> None:
    image = torch.rand(1, 3, 12, 12)
    assert psnr(image, image).item() == MOST_DB


def test_psnr_is_that_of_scikit_image(photos: tuple[np.ndarray, np.ndarray]) -> None:
    true, noisy = photos
    expected = peak_signal_noise_ratio(true, noisy, data_range=1)
    assert psnr(_tensor(noisy), _tensor(true)).item() == pytest.approx(expected, abs=1e-3)


def test_ssim_is_that_of_scikit_image(photos: tuple[np.ndarray, np.ndarray]) -> None:
    true, noisy = photos
    expected = structural_similarity(
        true, noisy, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, channel_axis=2, data_range=1
    )
    assert ssim(_tensor(noisy), _tensor(true)).item() == pytest.approx(expected, abs=5e-5)


def test_ssim_of_two_even_greys_is_their_luminance_term() -> None:
    dark, light = torch.full((1, 3, 16, 16), 0.2), torch.full((1, 3, 16, 16), 0.6)
    expected = (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4)
    assert ssim(dark, light).item() == pytest.approx(expected, abs=1e-4)


def test_each_image_of_a_batch_is_judged_alone(photos: tuple[np.ndarray, np.ndarray]) -> None:
    true, noisy = (_tensor(photo) for photo in photos)
    together = ssim(torch.cat((true, noisy)), torch.cat((true, true)))
    assert together[0].item() == pytest.approx(1.0)
    assert together[1].item() == pytest.approx(ssim(noisy, true).item())


def test_ssim_of_an_image_smaller_than_its_window_is_an_input_error() -> None:
    with pytest.raises(InputError, match="at least 11 px"):
        ssim(torch.rand(1, 3, 10, 40), torch.rand(1, 3, 10, 40))


def test_the_mean_counts_every_image_of_the_split_alike(renderer, tiny) -> None:
    """Three images in batches of two: the mean of batch means would weigh the third one double."""
    task, examples, cpu = Replacement(), renderer.examples("val"), torch.device("cpu")
    methods = {"bicubic": bicubic}
    scores = measure(task, in_order(examples, batch=2), methods, cpu)["bicubic"]
    alone = [measure(task, [batch], methods, cpu)["bicubic"][0] for batch in in_order(examples, batch=1)]
    assert len(scores) == 3
    assert mean(scores).psnr == pytest.approx(sum(score.psnr for score in alone) / 3, abs=1e-4)


def test_the_mean_of_scores_is_taken_metric_by_metric() -> None:
    assert mean([Score(10.0, 0.5), Score(20.0, 1.0)]) == Score(15.0, 0.75)
    assert math.isfinite(mean([Score(MOST_DB, 1.0)]).psnr)
