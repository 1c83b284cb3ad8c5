"""Readers that the package is checked against."""
