"""Messages to people: what is said, to whom, by which channel, and whether it arrived."""
