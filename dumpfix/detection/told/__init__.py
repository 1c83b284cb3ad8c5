"""Layouts from what a person says: a ``kcat -f`` string, or the command line that made the dump."""
