"""Trained networks as they are used: folded, in reduced precision, as ONNX, and measured."""
