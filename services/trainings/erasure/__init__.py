"""Erasing a person's data: asked for, counted, confirmed, done in every service, proved."""
