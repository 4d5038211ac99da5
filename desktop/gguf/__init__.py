"""The GGUF file format without llama.cpp: what a file holds, and whether it may be loaded.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""
