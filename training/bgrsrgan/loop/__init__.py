"""Training: the loop, its steps, and all that a run keeps."""
