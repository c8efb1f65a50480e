"""Sealed values: never plain in a file, gone with their key, seen by whom they concern only."""
