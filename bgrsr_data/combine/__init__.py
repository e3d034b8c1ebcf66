"""Combinations: foreground × original background × target background, planned as rows, rendered lazily."""
