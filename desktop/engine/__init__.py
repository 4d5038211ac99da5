"""The engine: llama.cpp in a child process of its own, and the client that drives it."""
