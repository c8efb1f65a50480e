"""Messages: their life cycle, their words, the inbox and what an officer tells by phone."""
