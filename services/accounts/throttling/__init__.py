"""Slows down whoever tries secrets, addresses or links, per account and per address."""
