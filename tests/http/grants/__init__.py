"""Grants over HTTP: every capability's routes and pages, on a database of their own."""
