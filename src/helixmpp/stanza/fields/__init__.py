"""The kinds of field: what stands on the wire, declared once."""
