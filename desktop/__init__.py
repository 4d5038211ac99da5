"""言の葉 (Kotonoha): chat with Japanese open models, entirely on the person's own computer."""

__version__ = "0.1.0"
