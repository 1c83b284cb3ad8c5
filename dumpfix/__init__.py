"""Turn dumps of Kafka topics back into clean JSONL, and name every payload that cannot be saved."""

__version__ = "0.1.0"
