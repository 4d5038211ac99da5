"""What can be done, by key, by name and by menu."""
