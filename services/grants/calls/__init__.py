"""Calls for applications (funding rounds) and the money that each may give."""
