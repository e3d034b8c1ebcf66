"""Which frames the set is made of: bounds, near-duplicates across the whole set, and a balanced budget."""
