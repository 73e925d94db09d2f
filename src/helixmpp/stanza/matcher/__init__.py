"""Which stanzas a handler is for."""
