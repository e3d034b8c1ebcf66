"""What the networks learn from: examples made when they are drawn, in an order that follows from the seed."""

from bgrsrgan.data.combinations import Batch, CombinationDataset
from bgrsrgan.data.schedule import Draw, Schedule

__all__ = ["Batch", "CombinationDataset", "Draw", "Schedule"]
