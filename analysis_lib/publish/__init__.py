"""The public site: what is released, for those who live in the municipality (floor above the batch)."""
