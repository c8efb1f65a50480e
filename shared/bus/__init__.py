"""The queue: relay, consumers, replay, dead letters, over kombu. The log is the truth."""
