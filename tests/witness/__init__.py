"""The witness: what is done to a log, and what the service that watches it says."""
