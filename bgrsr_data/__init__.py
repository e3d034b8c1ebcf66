"""bgrsr: data for background replacement and super resolution on video calls."""

__version__ = "0.1.0"
