"""Text messages to phones, by an HTTP gateway."""
