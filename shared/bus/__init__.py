"""The queue: relay, consumers, replay, dead letters, over kombu. Transport; the log is the truth."""
