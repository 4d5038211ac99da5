"""The beginning of a script that asks llama.cpp about a vocabulary, in a process that it may abort."""

C_VOCABULARY = """
import json, sys
import llama_cpp.llama_cpp as llama
silent = llama.llama_log_callback(lambda *_: None)
llama.llama_log_set(silent, None)
params = llama.llama_model_default_params()
params.vocab_only = True
vocab = llama.llama_model_get_vocab(llama.llama_model_load_from_file(sys.argv[1].encode(), params))
"""
