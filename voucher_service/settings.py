"""Settings: read once from the environment, checked before anything starts.

Unsafe settings refuse to start outside the demo, each with the command that mends it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast

Profile = Literal["demo", "production"]
PORT_MAX: Final = 65535

ENVIRONMENT: Final = {
    "VOUCHER_PROFILE": "demo (default) or production; demo has a movable clock, local SMS and demo log-ins",
    "HOST": "address to listen on (127.0.0.1)",
    "PORT": "port to listen on (8000)",
    "DATABASE_URL": "sqlite:///… or postgresql+psycopg://… (default: a SQLite file in DATA_DIR)",
    "DATA_DIR": "folder for the database, keys, secrets and published heads (./var)",
    "SECRETS_FILE": "JSON file with the service's secrets (DATA_DIR/secrets.json)",
    "WORKERS": "worker processes (2 on PostgreSQL; always 1 on SQLite, which has one writer)",
    "THREADS": "threads in each worker process (8)",
    "WITNESS_FILE": "file that signed heads are appended to (DATA_DIR/heads.jsonl)",
    "ONLINE_PLATFORM_URL": "https address that answers /classes/{class}/reports on online lessons (none)",
    "ONLINE_PLATFORM_TOKEN": "bearer token that the platform knows the service by (none)",
    "KEY_PASSPHRASE": "passphrase of the signing keys at rest (none)",
    "CERTIFICATE_REGISTRY_URL": "https://… of the register that certificates are held against (none)",
    "CERTIFICATE_REGISTRY_TOKEN": "its bearer token (none)",
}


class UnsafeSettings(Exception):
    """The service refuses to start; the message says why and which command mends it."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must stay secret and out of the database: made once by `voucher-service secrets`."""

    session_key: str
    field_keys: dict[int, bytes]
    field_key_active: int
    index_key: bytes

    @classmethod
    def drawn(cls) -> Secrets:
        return cls(secrets.token_hex(32), {1: secrets.token_bytes(32)}, 1, secrets.token_bytes(32))

    def written_to(self, path: Path) -> None:
        """Write the file with mode 0600; an existing one is never replaced (FileExistsError)."""
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(
            {
                "session_key": self.session_key,
                "field_keys": {str(number): key.hex() for number, key in self.field_keys.items()},
                "field_key_active": self.field_key_active,
                "index_key": self.index_key.hex(),
            },
            indent=2,
        )
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")

    @classmethod
    def read_from(cls, path: Path) -> Secrets:
        held = json.loads(path.read_text())
        return cls(
            held["session_key"],
            {int(number): bytes.fromhex(key) for number, key in held["field_keys"].items()},
            held["field_key_active"],
            bytes.fromhex(held["index_key"]),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    profile: Profile
    database_url: str
    data_dir: Path
    secrets: Secrets
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 8
    witness_file: Path | None = None
    key_passphrase: str | None = None
    certificate_registry_url: str | None = None
    certificate_registry_token: str | None = field(default=None, repr=False)
    online_platform_url: str | None = None
    online_platform_token: str = field(default="", repr=False)

    @property
    def is_demo(self) -> bool:
        return self.profile == "demo"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def heads_file(self) -> Path:
        return self.witness_file or self.data_dir / "heads.jsonl"

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None) -> Settings:
        """Read the settings; raises UnsafeSettings for anything missing, malformed or unsafe."""
        env = dict(os.environ) if environment is None else environment
        profile = env.get("VOUCHER_PROFILE", "demo")
        if profile not in {"demo", "production"}:
            raise UnsafeSettings(f"VOUCHER_PROFILE is demo or production, not {profile!r}")
        data_dir = Path(env.get("DATA_DIR", "var")).resolve()
        url = env.get("DATABASE_URL") or f"sqlite:///{data_dir / 'voucher.sqlite3'}"
        sqlite = url.startswith("sqlite")
        return cls(
            profile=cast("Profile", profile),
            database_url=_with_driver(url),
            data_dir=data_dir,
            secrets=_secrets(Path(env.get("SECRETS_FILE") or data_dir / "secrets.json"), profile),
            host=env.get("HOST", "127.0.0.1"),
            port=_whole_number(env, "PORT", 8000, 1, PORT_MAX),
            workers=1 if sqlite else _whole_number(env, "WORKERS", 2, 1, 64),
            threads=_whole_number(env, "THREADS", 8, 1, 256),
            witness_file=Path(env["WITNESS_FILE"]) if env.get("WITNESS_FILE") else None,
            key_passphrase=env.get("KEY_PASSPHRASE") or None,
            certificate_registry_url=_sealed_url(env, "CERTIFICATE_REGISTRY_URL", profile),
            certificate_registry_token=env.get("CERTIFICATE_REGISTRY_TOKEN") or None,
            online_platform_url=_sealed_url(env, "ONLINE_PLATFORM_URL", profile),
            online_platform_token=env.get("ONLINE_PLATFORM_TOKEN", ""),
        )


def _with_driver(url: str) -> str:
    """Name psycopg 3 where a URL only says PostgreSQL, as hosting platforms hand them out."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise UnsafeSettings("DATABASE_URL is sqlite:///… or postgresql+psycopg://…")
    return url


def _sealed_url(env: dict[str, str], name: str, profile: str) -> str | None:
    """What decides about money travels sealed or not at all; a trial may ask somebody on its own machine."""
    url = env.get(name, "")
    if url and not url.startswith("https://") and (profile != "demo" or not url.startswith("http://127.0.0.1:")):
        raise UnsafeSettings(f"{name} is an https:// address")
    return url or None


def _whole_number(env: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise UnsafeSettings(f"{name} is a whole number from {least} to {most}, not {text!r}")
    return int(text)


def _secrets(path: Path, profile: str) -> Secrets:
    if not path.exists():
        if profile != "demo":
            raise UnsafeSettings(f"no secrets at {path}: make them with `voucher-service secrets create`")
        _draw_secrets(path)
    if path.stat().st_mode & 0o077 and profile != "demo":
        raise UnsafeSettings(f"{path} can be read by others: `chmod 600 {path}`")
    try:
        found = Secrets.read_from(path)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as damaged:
        raise UnsafeSettings(
            f"{path} cannot be read as secrets: restore it from your backup, for new secrets cannot open what is sealed"
        ) from damaged
    if len(found.session_key) < 32 or any(len(key) != 32 for key in found.field_keys.values()):  # noqa: PLR2004 - bytes
        raise UnsafeSettings(f"secrets in {path} are too short: make new ones with `voucher-service secrets create`")
    return found


def _draw_secrets(path: Path) -> None:
    try:
        Secrets.drawn().written_to(path)
    except OSError as error:
        raise UnsafeSettings(
            f"cannot write {path} ({error.strerror}): choose a folder that you may write, "
            "for example `DATA_DIR=$HOME/voucher scripts/serve`"
        ) from error
