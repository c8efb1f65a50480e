"""Entries of every log as they arrived: search, histories of records, checks of the copies."""
