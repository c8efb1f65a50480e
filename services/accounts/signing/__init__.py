"""The key that signs tokens, and changing it."""
