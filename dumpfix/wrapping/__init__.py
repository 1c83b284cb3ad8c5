"""Wrappers: what the way from the tool to the file put around every line of a dump, taken off with the places kept."""
