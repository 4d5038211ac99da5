"""One file a format: bytes in, text out. They run in the reader's process, and import their library there."""
