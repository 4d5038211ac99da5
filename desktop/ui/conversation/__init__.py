"""The chat that is open: its page, and what brings the store and the engine onto it."""
