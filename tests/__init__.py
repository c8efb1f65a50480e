"""Tests: what each folder proves is said in CONTRIBUTING.md."""
