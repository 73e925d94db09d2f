"""Stream features: what was offered, what a row of the negotiation is, and the rows, one file each."""
