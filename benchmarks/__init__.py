"""Figures, not tests: ``./run bench``. Each ``bench_*.py`` has ``figures() -> dict[str, float]``."""
