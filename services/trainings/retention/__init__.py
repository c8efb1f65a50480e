"""How long data are kept, what comes due, and what is held back for a while."""
