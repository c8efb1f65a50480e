"""The peers' side: each file runs in .venv-peers and imports only its peer and ``serving``."""
