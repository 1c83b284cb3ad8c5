"""Which layout a dump has: told, or found in its head."""
