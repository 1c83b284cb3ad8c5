"""From a layout and bytes to records: where each one begins, where each of its fields ends."""
