"""A small network that takes motion blur out of a frame, learned from the user's own sharp footage."""
