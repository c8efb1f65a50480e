"""Reports: what was achieved, counted once a person, and where the money went."""
