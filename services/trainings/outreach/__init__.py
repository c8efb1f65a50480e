"""Motivation, advocacy and awareness: what was done with institutions, and what follows of it."""
