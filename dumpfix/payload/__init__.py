"""What judges and repairs one payload: bytes in, bytes out, nothing known of dumps, files or Kafka."""
