"""Installations of released versions, which every later version must upgrade and verify."""
