"""RFC 8259 and nothing else: the lexer, the automaton that decides what is valid, strings, hazards."""
