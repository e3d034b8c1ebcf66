"""What the networks learn from: examples made when they are drawn, in an order that follows from the seed."""

from bgrsrgan.data.combinations import Batch, Combinations
from bgrsrgan.data.dataset import CombinationDataset
from bgrsrgan.data.examples import as_float, stack
from bgrsrgan.data.loader import batches, in_order
from bgrsrgan.data.schedule import Draw, Schedule

__all__ = [
    "Batch",
    "CombinationDataset",
    "Combinations",
    "Draw",
    "Schedule",
    "as_float",
    "batches",
    "in_order",
    "stack",
]
