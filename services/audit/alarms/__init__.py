"""Alarms about the logs: what audit found, and what accounts found about audit's own log."""
