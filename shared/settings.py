"""Every setting, read once from the environment. The README's table is checked against this file.

settings = Settings.from_environment()
settings.home / "keys"
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, TypeVar

from environs import Env, EnvError, ValidationError, validate

from shared.access.roles import Role

SERVICES: Final = ("accounts", "trainings", "grants", "notifications", "audit")

DOCUMENTED: Final[dict[str, tuple[str, str]]] = {
    "ZANAT_HOME": ("data", "folder with the installation's data and keys"),
    "ZANAT_DATABASE_URL": ("", "PostgreSQL server's owner URL; empty: SQLite files in the home"),
    "ZANAT_BROKER_URL": ("memory://", "RabbitMQ; `memory://`: queue within the one process"),
    "ZANAT_INSTALLATION": ("zanat", "name of the installation: a-z, 0-9 and _, in every envelope"),
    "ZANAT_MASTER_KEY_FILE": ("", "file with the master key; empty: `keys/master.key` in the home"),
    "ZANAT_MASTER_KEY": ("", "the master key itself, in place of a file"),
    "ZANAT_MASTER_KEY_COMMAND": ("", "command that prints the master key, in place of a file"),
    "ZANAT_DESTROYED_KEYS_FILE": (
        "",
        "file with the ids of destroyed keys; empty: `keys/destroyed` in the home",
    ),
    "ZANAT_LOG_KEY_FOLDER": (
        "",
        "folder of the keys that sign logs; empty: `keys/log` in the home",
    ),
    "ZANAT_PUBLIC_URL": ("http://127.0.0.1:8000", "address under which people reach it"),
    "ZANAT_BIND": ("127.0.0.1:8000", "address and port that the server listens on"),
    "ZANAT_TRUSTED_PROXIES": (
        "",
        "networks whose X-Forwarded-For is believed, such as `10.0.0.0/8,::1`; empty: none",
    ),
    "ZANAT_WEB_WORKERS": ("2", "gunicorn workers a service (one process in the embedded default)"),
    "ZANAT_WEB_THREADS": ("8", "gunicorn threads a worker"),
    "ZANAT_LOG_LEVEL": ("INFO", "DEBUG, INFO, WARNING or ERROR"),
    "ZANAT_MAIL_URL": ("", "smtp://user:password@host:port; empty: mail goes to the outbox folder"),
    "ZANAT_CLAMD": (
        "",
        "virus scanner: host:port or unix:/path of clamd; empty: files are not scanned",
    ),
    "ZANAT_SMS_URL": ("", "https address of a gateway for texts; empty: they go to the outbox"),
    "ZANAT_SMS_TOKEN_FILE": ("", "file with the bearer token of that gateway; empty: none"),
    "ZANAT_LOG_SILENT_SECONDS": ("120", "after how long a silent log raises an alarm"),
    "ZANAT_WITNESSES": ("", "file of outside witnesses: a verifier key and an address a line"),
    "ZANAT_WITNESSED_LOGS": ("", "file of verifier keys of logs elsewhere that are cosigned too"),
    "ZANAT_CHECKPOINT_FOLDER": ("", "where daily checkpoints go; empty: `checkpoints` in the home"),
    "ZANAT_CHECKPOINT_MAIL": ("", "address that daily checkpoints are mailed to; empty: none"),
    "ZANAT_PROVIDERS": ("", "TOML file of OpenID Connect providers that people sign in by"),
    "ZANAT_TOKEN_KEY_DAYS": ("30", "after how many days another key signs tokens"),
    "ZANAT_SECOND_FACTOR_ROLES": (
        "administrator,finance_controller,auditor",
        "roles that are reminded to set up a second factor",
    ),
    "ZANAT_DEMONSTRATION": ("0", "1: invented data; persona sign-ins and a banner on every page"),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of one installation, as its processes see them."""

    home: Path
    database_url: str = ""
    broker_url: str = "memory://"
    installation: str = "zanat"
    master_key_file: Path | None = None
    master_key: str = field(default="", repr=False)
    master_key_command: str = field(default="", repr=False)
    destroyed_keys_file: Path | None = None
    log_key_folder: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    bind: str = "127.0.0.1:8000"
    trusted_proxies: str = ""
    web_workers: int = 2
    web_threads: int = 8
    log_level: str = "INFO"
    mail_url: str = ""
    sms_url: str = ""
    sms_token_file: Path | None = None
    clamd: str = ""
    log_silent_seconds: int = 120
    witnesses: Path | None = None
    witnessed_logs: Path | None = None
    checkpoint_folder: Path | None = None
    checkpoint_mail: str = ""
    providers: Path | None = None
    token_key_days: int = 30
    second_factor_roles: frozenset[str] = frozenset(
        {"administrator", "finance_controller", "auditor"}
    )
    demonstration: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Settings from ``ZANAT_*``; raises ValueError naming the variable that is wrong."""
        env = _Given(os.environ if environment is None else environment)
        log_keys = _read(env.str, "ZANAT_LOG_KEY_FOLDER")
        return cls(
            home=Path(_read(env.str, "ZANAT_HOME")).resolve(),
            database_url=_read(env.str, "ZANAT_DATABASE_URL"),
            broker_url=_read(env.str, "ZANAT_BROKER_URL"),
            installation=_read(env.str, "ZANAT_INSTALLATION", *_NAME),
            master_key_file=_path(_read(env.str, "ZANAT_MASTER_KEY_FILE")),
            master_key=_read(env.str, "ZANAT_MASTER_KEY"),
            master_key_command=_read(env.str, "ZANAT_MASTER_KEY_COMMAND"),
            destroyed_keys_file=_path(_read(env.str, "ZANAT_DESTROYED_KEYS_FILE")),
            log_key_folder=Path(log_keys) if log_keys else None,
            public_url=_read(env.str, "ZANAT_PUBLIC_URL", *_ADDRESS).rstrip("/"),
            bind=_read(env.str, "ZANAT_BIND"),
            trusted_proxies=_read(env.str, "ZANAT_TRUSTED_PROXIES", _NETWORKS_WORDS, _networks),
            web_workers=_read(env.int, "ZANAT_WEB_WORKERS", _COUNT_WORDS, _COUNT),
            web_threads=_read(env.int, "ZANAT_WEB_THREADS", _COUNT_WORDS, _COUNT),
            log_level=_read(env.str, "ZANAT_LOG_LEVEL", *_LEVEL).upper(),
            mail_url=_read(env.str, "ZANAT_MAIL_URL"),
            sms_url=_read(
                env.str,
                "ZANAT_SMS_URL",
                "an address that begins with https://",
                validate.Regexp(re.compile(r"(https?://[^/]|\Z)")),
            ),
            sms_token_file=_path(_read(env.str, "ZANAT_SMS_TOKEN_FILE")),
            clamd=_read(env.str, "ZANAT_CLAMD", *_SOCKET),
            log_silent_seconds=_read(
                env.int, "ZANAT_LOG_SILENT_SECONDS", _SECONDS_WORDS, validate.Range(1, 86_400)
            ),
            witnesses=_path(_read(env.str, "ZANAT_WITNESSES")),
            witnessed_logs=_path(_read(env.str, "ZANAT_WITNESSED_LOGS")),
            checkpoint_folder=_path(_read(env.str, "ZANAT_CHECKPOINT_FOLDER")),
            checkpoint_mail=_read(
                env.str,
                "ZANAT_CHECKPOINT_MAIL",
                "one e-mail address",
                validate.Regexp(re.compile(r"([^\s@,;]+@[^\s@,;]+)?\Z")),
            ),
            providers=_path(_read(env.str, "ZANAT_PROVIDERS")),
            token_key_days=_read(
                env.int, "ZANAT_TOKEN_KEY_DAYS", _DAYS_WORDS, validate.Range(1, 365)
            ),
            second_factor_roles=frozenset(
                _read(
                    env.str,
                    "ZANAT_SECOND_FACTOR_ROLES",
                    "names of roles with commas between them",
                    validate.Regexp(_ROLES),
                ).split(",")
            ),
            demonstration=_read(env.bool, "ZANAT_DEMONSTRATION", "1 or 0"),
        )

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies may be marked Secure: people reach it by https."""
        return self.public_url.startswith("https://")

    @property
    def checkpoint_path(self) -> Path:
        """The folder of daily checkpoints."""
        return self.checkpoint_folder or self.home / "checkpoints"

    @property
    def master_key_path(self) -> Path:
        return self.master_key_file or self.home / "keys" / "master.key"

    @property
    def destroyed_keys_path(self) -> Path:
        """The file with the ids of destroyed keys, which no restore of the keyring touches."""
        return self.destroyed_keys_file or self.home / "keys" / "destroyed"

    @property
    def log_key_path(self) -> Path:
        """The folder of the keys that sign logs, and of their public halves."""
        return self.log_key_folder or self.home / "keys" / "log"


V = TypeVar("V")
_INSTALLATION: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_ROLES: Final = re.compile(r"({0})(,({0}))*\Z".format("|".join(Role)))
_NAME: Final = (
    "letters a-z, digits and _ only, a letter first, at most 40",
    validate.Regexp(_INSTALLATION),
)
_ADDRESS: Final = (
    "an address that begins with http:// or https://",
    validate.Regexp(re.compile(r"https?://[^/]")),
)
_NETWORKS_WORDS: Final = "networks such as 10.0.0.0/8 with commas between them"
_LEVEL: Final = (
    "DEBUG, INFO, WARNING or ERROR",
    validate.Regexp(re.compile(r"(debug|info|warning|error)\Z", re.IGNORECASE)),
)
_SOCKET: Final = (
    "host:port, or unix: and the path of a socket",
    validate.Regexp(re.compile(r"([^\s/:]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}|unix:/\S+)?\Z")),
)
_COUNT: Final = validate.Range(min=1, max=256)
_COUNT_WORDS: Final = "a whole number from 1 to 256"
_DAYS_WORDS: Final = "a whole number of days from 1 to 365"
_SECONDS_WORDS: Final = "a whole number of seconds from 1 to 86400"


class _Given(Env):
    """Reads the mapping it is given; what is not in it, or empty, has the documented default."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__()
        self._given = given

    def _get_value(self, env_key: str, default: Any) -> Any:
        return self._given.get(env_key) or DOCUMENTED.get(env_key, (default,))[0]


def _networks(text: str) -> None:
    """Raise ValidationError for a list that names something else than networks."""
    try:
        for one in filter(None, (part.strip() for part in text.split(","))):
            ip_network(one)
    except ValueError:
        raise ValidationError("no network") from None


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _read(parse: Callable[..., V], name: str, words: str = "", *rules: Callable[[Any], Any]) -> V:
    """One setting, checked; raises ValueError with its name and, in ``words``, what it may be.

    The value is not in the message: it may be an address with a password in it.
    """
    try:
        return parse(name, validate=list(rules))
    except EnvError as error:
        raise ValueError(f"{name}: {words}") from error
