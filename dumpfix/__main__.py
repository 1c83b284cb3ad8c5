"""``python -m dumpfix``."""

from dumpfix.cli import main

main()
