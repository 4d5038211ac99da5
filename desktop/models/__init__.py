"""Model files: what is in them, where they are, and the small one that comes along."""
