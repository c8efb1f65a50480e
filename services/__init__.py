"""Zanat's services. Each keeps its own log and database; they talk through the queue only."""
