"""Warm execution of notebooks: the same cells, outputs and errors as an ordinary kernel, without its start."""
