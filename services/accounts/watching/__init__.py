"""Accounts watches the log of audit, whose pages show what it found; here that is settled."""
