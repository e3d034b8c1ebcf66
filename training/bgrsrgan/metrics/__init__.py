"""How close a result comes to the truth: figures of images, of mattes, over time, and in the published units.

Pure functions of tensors, each image of a batch judged alone; larger is better for PSNR and SSIM, worse for all else.
"""

from bgrsrgan.metrics.image import MOST_DB, psnr, ssim
from bgrsrgan.metrics.published import published_psnr, published_ssim

__all__ = ["MOST_DB", "psnr", "published_psnr", "published_ssim", "ssim"]
