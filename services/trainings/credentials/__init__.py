"""Certificates that a wallet holds: Open Badges 3.0 credentials, their issuer and status lists."""
