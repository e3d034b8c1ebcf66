"""Keying: from a frame before a screen to foreground and alpha, with a score that needs no ground truth."""
