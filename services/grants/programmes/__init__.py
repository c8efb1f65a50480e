"""Programmes with their partners, donors and budget lines: who pays for what, and where."""
