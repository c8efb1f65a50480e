"""Courses and their versions."""
