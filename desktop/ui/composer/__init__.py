"""Where the person writes: the field, its files, its commands, and larger fields."""
