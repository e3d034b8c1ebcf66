"""Trimaps and foregrounds of COCO persons."""
