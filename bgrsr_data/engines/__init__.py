"""Engines: run a stage over items and yield results to the one committer."""
