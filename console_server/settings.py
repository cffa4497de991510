"""What an installation is configured with; read from the environment once, by the entry point."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses, credentials and choices of one installation."""

    database_url: str
    valkey_url: str
    mqtt_host: str
    mqtt_port: int
    mqtt_username: str
    mqtt_password: str
    mqtt_public_host: str
    mqtt_public_port: int
    broker_users_file: Path | None = None
    broker_admin_url: str | None = None
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    pack: str = "xingdian"
    tile_url: str | None = None
    tile_datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"
    secure_cookie: bool = False
    demo: bool = False
