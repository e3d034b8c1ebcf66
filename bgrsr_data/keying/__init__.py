"""Keying: from a frame before a screen of one colour to a soft alpha and a clean foreground.

The pure core is `bgrsr_data.keying.core.key_image`; its options are in `bgrsr_data.keying.options`. This package
imports neither, so that naming it costs nothing.
"""
