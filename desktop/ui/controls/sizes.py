"""Sizes of files for people."""

from __future__ import annotations


def megabytes(size: int) -> str:
    """Return a size in bytes for people."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{max(size, 0) / 1e3:,.1f} KB"


def readable(size: int) -> str:
    """Return a size in bytes for people, from bytes to terabytes."""
    if size >= 1e9:
        return f"{size / 1e9:,.1f} GB" if size < 1e12 else f"{size / 1e12:,.1f} TB"
    return megabytes(size)
