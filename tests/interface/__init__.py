"""The whole interface of a real installation: its documents, its routes, what it refuses."""
