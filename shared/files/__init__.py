"""Attachments: sealed under their owner's key, named by the hash of their sealed bytes."""
