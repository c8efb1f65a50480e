"""Every setting, read once from the environment. The README's table is checked against this file.

settings = Settings.from_environment()
settings.home / "keys"
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SERVICES: Final = ("accounts", "trainings", "grants", "notifications", "audit")

DOCUMENTED: Final[dict[str, tuple[str, str]]] = {
    "ZANAT_HOME": ("data", "folder with the installation's data and keys"),
    "ZANAT_DATABASE_URL": ("", "PostgreSQL server's owner URL; empty: SQLite files in the home"),
    "ZANAT_BROKER_URL": ("memory://", "RabbitMQ; `memory://`: queue within the one process"),
    "ZANAT_INSTALLATION": ("zanat", "name of the installation: a-z, 0-9 and _, in every envelope"),
    "ZANAT_MASTER_KEY_FILE": ("", "file with the master key; empty: `keys/master.key` in the home"),
    "ZANAT_PUBLIC_URL": ("http://127.0.0.1:8000", "address under which people reach it"),
    "ZANAT_BIND": ("127.0.0.1:8000", "address and port that the server listens on"),
    "ZANAT_WEB_WORKERS": ("2", "gunicorn workers a service (one process in the embedded default)"),
    "ZANAT_WEB_THREADS": ("8", "gunicorn threads a worker"),
    "ZANAT_LOG_LEVEL": ("INFO", "DEBUG, INFO, WARNING or ERROR"),
    "ZANAT_MAIL_URL": ("", "smtp://user:password@host:port; empty: mail goes to the outbox folder"),
    "ZANAT_DEMONSTRATION": ("", "1: invented data; persona sign-ins and a banner on every page"),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one installation, as its processes see them."""

    home: Path
    database_url: str = ""
    broker_url: str = "memory://"
    installation: str = "zanat"
    master_key_file: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    bind: str = "127.0.0.1:8000"
    web_workers: int = 2
    web_threads: int = 8
    log_level: str = "INFO"
    mail_url: str = ""
    demonstration: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from ``ZANAT_*``; raises ValueError naming the variable that is wrong."""
        given = os.environ if environment is None else environment

        def text(name: str) -> str:
            return given.get(name) or DOCUMENTED[name][0]

        installation = text("ZANAT_INSTALLATION")
        if not installation.isidentifier() or installation != installation.lower():
            raise ValueError("ZANAT_INSTALLATION: letters a-z, digits and _ only")
        key_file = text("ZANAT_MASTER_KEY_FILE")
        return cls(
            home=Path(text("ZANAT_HOME")).resolve(),
            database_url=text("ZANAT_DATABASE_URL"),
            broker_url=text("ZANAT_BROKER_URL"),
            installation=installation,
            master_key_file=Path(key_file) if key_file else None,
            public_url=text("ZANAT_PUBLIC_URL").rstrip("/"),
            bind=text("ZANAT_BIND"),
            web_workers=_count("ZANAT_WEB_WORKERS", text("ZANAT_WEB_WORKERS")),
            web_threads=_count("ZANAT_WEB_THREADS", text("ZANAT_WEB_THREADS")),
            log_level=text("ZANAT_LOG_LEVEL"),
            mail_url=text("ZANAT_MAIL_URL"),
            demonstration=text("ZANAT_DEMONSTRATION") == "1",
        )

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may be marked Secure: people reach it by https."""
        return self.public_url.startswith("https://")

    @property
    def master_key_path(self) -> Path:
        return self.master_key_file or self.home / "keys" / "master.key"


def _count(name: str, text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise ValueError(f"{name}: a whole number from 1 to 256")
    return int(text)
