"""Who lives together: households, their members, who joined and left, when and why."""
