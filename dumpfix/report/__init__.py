"""The account of a run: every record and every byte, where each went; as values, as text and as JSON."""
