"""Files that are no dumps of a topic: each has to be refused, with what was seen where that is plain."""
