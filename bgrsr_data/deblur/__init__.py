"""Deblurring: measure blur, then keep, improve or reject."""
