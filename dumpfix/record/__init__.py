"""One record of a dump: its fields, and the verdict on its payload."""
