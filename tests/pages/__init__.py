"""The work of Zanat's people in a real browser, against a really running demonstration."""
