"""The first page of whoever is signed in: what their roles can do next."""
