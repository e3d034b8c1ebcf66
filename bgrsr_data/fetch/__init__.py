"""Fetching: from a list of sources to clips that are decoded to their end before they count."""
