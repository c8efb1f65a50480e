"""A programme officer's view of people: what waits, and lists by what they have in common."""
