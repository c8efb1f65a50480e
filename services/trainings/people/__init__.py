"""People as they were registered, confirmed and found to be the same."""
