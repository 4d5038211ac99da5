"""The windows about one answer: its prompt, and what else the model might have said."""
