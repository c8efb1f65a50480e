"""Keys by which programs work here: made, exchanged for tokens, revoked."""
