"""Certificates that somebody brought from elsewhere and that are recognised here, with evidence."""
