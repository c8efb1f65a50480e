"""One log over all logs: what happened, kept apart from those who did it, and checked."""
