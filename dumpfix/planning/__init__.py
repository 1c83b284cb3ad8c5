"""What heals a consumer group that is stuck: where its offsets have to be set, and what it would skip that way."""
