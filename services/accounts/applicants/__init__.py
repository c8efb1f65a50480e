"""Applicants: how they sign in by a one-time code, and which records are theirs."""
