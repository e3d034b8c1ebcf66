"""bgrsrgan: the networks that are trained on, and thereby validate, a bgrsr data set."""
