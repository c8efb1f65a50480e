"""Accounts over HTTP, on SQLite."""
