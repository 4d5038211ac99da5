"""The room of models: those on this machine, and where others come from."""
