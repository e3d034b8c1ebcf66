from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
import skimage.data
import torch
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from bgrsr_data.errors import InputError
from bgrsrgan.data.loader import in_order
from bgrsrgan.evaluation.measure import Score, mean, measure
from bgrsrgan.metrics import MOST_DB, matte, psnr, published_psnr, published_ssim, ssim
from bgrsrgan.metrics.flicker import flicker
from bgrsrgan.metrics.published import MOST_PUBLISHED_DB, OFFSET_DB
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


def test_the_reported_61_3_db_are_26_1_db() -> None:
    assert pytest.approx(35.21, abs=0.005) == OFFSET_DB
    assert pytest.approx(26.1, abs=0.05) == 61.3 - OFFSET_DB
    grey = torch.full((1, 3, 16, 16), 0.3)
    off = grey + 10 ** (-26.09 / 20)  # the same error in each channel
    assert psnr(off, grey).item() == pytest.approx(26.09, abs=1e-3)
    assert published_psnr(off, grey).item() == pytest.approx(61.3, abs=0.01)


def test_the_published_psnr_is_that_of_its_own_formula(photos: tuple[np.ndarray, np.ndarray]) -> None:
    normalised = [(photo - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225] for photo in photos]
    expected = 10 * math.log10(255**2 / ((normalised[0] - normalised[1]) ** 2).mean())
    assert published_psnr(_tensor(photos[1]), _tensor(photos[0])).item() == pytest.approx(expected, abs=1e-3)
    assert published_psnr(_tensor(photos[0]), _tensor(photos[0])).item() == MOST_PUBLISHED_DB


def test_the_published_ssim_is_scikit_image_s_with_the_range_it_took_floats_to_have(photos) -> None:
    normalised = [(photo - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225] for photo in photos]
    expected = structural_similarity(*normalised, channel_axis=2, data_range=2)
    measured = published_ssim(_tensor(photos[1]), _tensor(photos[0]))
    assert measured.item() == pytest.approx(expected, abs=5e-5)
    assert measured.item() < ssim(_tensor(photos[1]), _tensor(photos[0])).item()


def test_sad_and_mse_of_an_alpha_are_counted_by_hand() -> None:
    true = torch.zeros(2, 1, 20, 50)
    alpha = true.clone()
    alpha[1, 0, :10] = 0.5  # half of a thousand pixels are wrong by a half
    assert matte.sad(alpha, true).tolist() == pytest.approx([0, 0.25])
    assert matte.mse(alpha, true).tolist() == pytest.approx([0, 125])


def test_the_unknown_region_alone_is_judged() -> None:
    trimap = torch.zeros(3, 1, 4, 4)
    trimap[:2, 0, 0] = 128 / 255
    true, alpha = torch.zeros_like(trimap), torch.zeros_like(trimap)
    alpha[0] = 1  # also where it is known
    alpha[1, 0, 0, 0] = 1
    alpha[2] = 1  # where nothing is unknown
    assert matte.unknown_mse(alpha, true, trimap).tolist() == pytest.approx([1000, 250, 0])


def test_the_gradient_error_sees_a_blurred_edge_and_not_a_darker_alpha() -> None:
    step = torch.zeros(1, 1, 32, 32)
    step[..., 16:] = 1
    ramp = torch.linspace(-3.5, 4.5, 32).clamp(0, 1).expand(1, 1, 32, 32)
    assert matte.grad(step * 0.5, step).item() == pytest.approx(0, abs=1e-6)
    assert matte.grad(ramp, step).item() > 0.03


@pytest.mark.footage
def test_matte_figures_are_those_of_the_keying_benchmark(footage: Path) -> None:
    """On a real network's alpha of a real person, against the judge that the keying was built with."""
    judge = _keying_judge(footage.parent / "bench" / "keying" / "score.py")
    true = (
        cv2.imread(str(sorted(footage.glob("alpha_gt/p_*_alphapred.png"))[0]), cv2.IMREAD_GRAYSCALE).astype(np.float32)
        / 255
    )
    alpha = np.clip(cv2.GaussianBlur(true, (0, 0), 2) + np.random.default_rng(0).normal(0, 0.02, true.shape), 0, 1)
    expected = judge.score_frame(alpha, true, conn=False)
    pair = [torch.from_numpy(image.astype(np.float32))[None, None] for image in (alpha, true)]
    assert matte.sad(*pair).item() == pytest.approx(expected["SAD"], rel=1e-4)
    assert matte.mse(*pair).item() == pytest.approx(expected["MSE"], rel=1e-4)
    assert matte.grad(*pair).item() == pytest.approx(expected["Grad"], rel=1e-3)
    still = np.zeros_like(true)
    moved = judge.score_frame(alpha, true, conn=False, prev=(still, still))["dtSSD"]
    film = [torch.cat((torch.zeros_like(image), image)) for image in pair]
    assert flicker(*film).item() == pytest.approx(moved, rel=1e-4)


def test_a_result_that_is_always_wrong_alike_does_not_flicker() -> None:
    true = torch.rand(3, 3, 8, 8)
    assert flicker(true + 0.25, true).tolist() == pytest.approx([0, 0], abs=1e-5)
    shaky = true.clone()
    shaky[1] += 0.1  # it comes and goes
    assert flicker(shaky, true).tolist() == pytest.approx([10, 10], abs=1e-4)


def _keying_judge(path: Path):
    spec = importlib.util.spec_from_file_location("keying_judge", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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
