"""Migrations of what must not be lost: log and keyring. Read models are made again."""
