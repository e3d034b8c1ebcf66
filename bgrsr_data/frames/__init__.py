"""Frames: the sharp and distinct pictures of a clip, colour-true."""
