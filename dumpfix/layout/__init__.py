"""Layouts: a record's shape as data, read from grammars and written as grammars."""
