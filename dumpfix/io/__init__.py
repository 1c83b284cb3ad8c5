"""The only room with descriptors: where a dump comes from, and where the output goes to."""
