"""Certificates and their gap-free numbers."""
