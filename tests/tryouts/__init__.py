"""Methods that are tried out beside what the package does, before they take its place."""
