"""SASL: the mechanisms, which of them is used, and the words for what went wrong."""
