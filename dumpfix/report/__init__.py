"""The account of a run: every record and every byte, where each went."""
