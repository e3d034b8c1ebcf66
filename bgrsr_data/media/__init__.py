"""Media: every decode, and every pixel written."""
