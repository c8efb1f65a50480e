"""Accounts: who signs in, which roles they hold, which sessions are open."""
