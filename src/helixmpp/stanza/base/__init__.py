"""``ElementBase``, one idea a module: node, children, helpers, items, declared fields, values."""
