"""Migrations of what must not be lost: the log's tables and the keyring. Read models are rebuilt."""
