"""A trainer's day: today's sessions, who is missing, who will not qualify by themselves."""
