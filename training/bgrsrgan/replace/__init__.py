"""Replace the background of a video or a webcam with a trained network, while it runs, sound kept."""
