"""One pass over some dumps: where the steps from source to sink are joined."""
