"""What a person would rather see than read: curves and panels."""
