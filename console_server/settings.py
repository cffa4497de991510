"""What an installation is configured with; read from the environment once, by the entry point.

Owns the variables of the console server and what is wrong with a bad one. Telemetry ingest has
settings of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from console_server.photos.limits import BYTES_CEILING, PIXELS_CEILING, PhotoLimits
from console_server.proxies import read_networks

Datum = Literal["wgs84", "gcj02", "bd09"]
LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})
TRUTH: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
VARIABLES: Final = frozenset(
    {
        "GRIDBEAT_DATABASE_URL",
        "GRIDBEAT_VALKEY_URL",
        "GRIDBEAT_MQTT_HOST",
        "GRIDBEAT_MQTT_PORT",
        "GRIDBEAT_MQTT_USERNAME",
        "GRIDBEAT_MQTT_PASSWORD",
        "GRIDBEAT_MQTT_PUBLIC_HOST",
        "GRIDBEAT_MQTT_PUBLIC_PORT",
        "GRIDBEAT_MQTT_WEBSOCKET_URL",
        "GRIDBEAT_INGEST_PUBLIC_URL",
        "GRIDBEAT_BROKER_USERS_FILE",
        "GRIDBEAT_BROKER_ADMIN_URL",
        "GRIDBEAT_HTTP_HOST",
        "GRIDBEAT_HTTP_PORT",
        "GRIDBEAT_PACK",
        "GRIDBEAT_TILE_URL",
        "GRIDBEAT_TILE_DATUM",
        "GRIDBEAT_SECURE_COOKIE",
        "GRIDBEAT_DEMO",
        "GRIDBEAT_RETENTION_DAYS",
        "GRIDBEAT_PHOTO_MAX_MB",
        "GRIDBEAT_PHOTO_MAX_MEGAPIXELS",
        "GRIDBEAT_PHOTOS_PER_CASE",
        "GRIDBEAT_PHOTO_RETENTION_DAYS",
        "GRIDBEAT_RESIDENT_REPORTS",
        "GRIDBEAT_CONTACT_RETENTION_DAYS",
        "GRIDBEAT_TRUSTED_PROXIES",
    }
)


class SettingsError(Exception):
    """A variable is missing or wrong; the message names it, what is wrong and how to mend it."""


@dataclass(frozen=True, slots=True)
class CasePeriods:
    """Days for which what belongs to a case is kept after its close; the case file stays."""

    photos: int = 365
    contacts: int = 30  # residents' telephone numbers


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses, credentials and choices of one installation. Secrets are not in its repr."""

    database_url: str = field(repr=False)
    valkey_url: str = field(repr=False)
    mqtt_host: str
    mqtt_port: int
    mqtt_username: str
    mqtt_password: str = field(repr=False)
    mqtt_public_host: str
    mqtt_public_port: int
    mqtt_websocket_url: str | None = None  # the broker's, for /handset; None: it cannot be used
    ingest_public_url: str | None = None  # where phones report by HTTP; None: they cannot
    broker_users_file: Path | None = None
    broker_admin_url: str | None = field(default=None, repr=False)
    http_host: str = "127.0.0.1"
    http_port: int = 8080
    pack: str = "xingdian"
    tile_url: str | None = None
    tile_datum: Datum = "wgs84"
    secure_cookie: bool = False
    demo: bool = False
    retention_days: int = 180  # of positions; what else is kept follows from it
    photos: PhotoLimits = field(default_factory=PhotoLimits)
    case_periods: CasePeriods = field(default_factory=CasePeriods)
    resident_reports: bool = True  # the page /report is open
    trusted_proxies: tuple[str, ...] = ()  # networks whose X-Forwarded-For is believed

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the variables.

        Raises:
            SettingsError: one is missing or wrong.
        """
        read = _Reader(environment)
        settings = cls(
            database_url=read.address("DATABASE_URL", "postgresql", "postgres"),
            valkey_url=read.address("VALKEY_URL", "redis", "rediss", "unix", "valkey"),
            mqtt_host=read.text("MQTT_HOST", "127.0.0.1"),
            mqtt_port=read.port("MQTT_PORT", 1883),
            mqtt_username=read.text("MQTT_USERNAME", ""),
            mqtt_password=read.text("MQTT_PASSWORD", ""),
            mqtt_public_host=read.text("MQTT_PUBLIC_HOST", read.text("MQTT_HOST", "127.0.0.1")),
            mqtt_public_port=read.port("MQTT_PUBLIC_PORT", read.port("MQTT_PORT", 1883)),
            mqtt_websocket_url=read.socket_address("MQTT_WEBSOCKET_URL"),
            ingest_public_url=read.web_address("INGEST_PUBLIC_URL"),
            broker_users_file=_path(read.text("BROKER_USERS_FILE", "")),
            broker_admin_url=read.text("BROKER_ADMIN_URL", "") or None,
            http_host=read.text("HTTP_HOST", "127.0.0.1"),
            http_port=read.port("HTTP_PORT", 8080),
            pack=read.text("PACK", "xingdian"),
            tile_url=read.tile_url("TILE_URL"),
            tile_datum=read.datum("TILE_DATUM"),
            secure_cookie=read.truth("SECURE_COOKIE"),
            demo=read.truth("DEMO"),
            retention_days=retention_days(environment),
            photos=PhotoLimits(
                max_bytes=read.count("PHOTO_MAX_MB", 10, BYTES_CEILING >> 20) << 20,
                max_pixels=read.count("PHOTO_MAX_MEGAPIXELS", 50, PIXELS_CEILING // 10**6) * 10**6,
                per_case=read.count("PHOTOS_PER_CASE", 12, 100),
            ),
            case_periods=case_periods(environment),
            resident_reports=read.truth("RESIDENT_REPORTS", default="1"),
            trusted_proxies=read.networks("TRUSTED_PROXIES"),
        )
        _refuse_contradictions(settings)
        return settings


def retention_days(environment: Mapping[str, str]) -> int:
    """How long positions are kept; the same variable tells ingest what is too old.

    Raises:
        SettingsError: it is no number of days.
    """
    given = environment.get("GRIDBEAT_RETENTION_DAYS") or "180"
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 3650):
        raise SettingsError(
            f"GRIDBEAT_RETENTION_DAYS is {given!r}. Set it to a whole number from 1 to 3650, or "
            "leave it out for 180"
        )
    return int(given)


def case_periods(environment: Mapping[str, str]) -> CasePeriods:
    """How long photos and residents' telephone numbers are kept.

    Raises:
        SettingsError: one is no number of days.
    """
    read = _Reader(environment)
    return CasePeriods(
        photos=read.count("PHOTO_RETENTION_DAYS", 365, 36_500),
        contacts=read.count("CONTACT_RETENTION_DAYS", 30, 3650),
    )


def _refuse_contradictions(settings: Settings) -> None:
    if (settings.broker_users_file is None) != (settings.broker_admin_url is None):
        raise SettingsError(
            "GRIDBEAT_BROKER_USERS_FILE and GRIDBEAT_BROKER_ADMIN_URL belong together: the one is "
            "where handsets' credentials are written, the other has the broker read them. Set both."
        )
    if settings.demo and settings.http_host not in LOOPBACK_HOSTS:
        raise SettingsError(
            f"GRIDBEAT_DEMO is on and GRIDBEAT_HTTP_HOST is {settings.http_host!r}. Demo accounts "
            "have a password that everybody knows: bind 127.0.0.1, or turn GRIDBEAT_DEMO off."
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(f"GRIDBEAT_{name}") or default

    def address(self, name: str, *schemes: str) -> str:
        example = f"for example GRIDBEAT_{name}={schemes[0]}://name:password@host"
        given = self.text(name, "")
        if not given:
            raise SettingsError(f"GRIDBEAT_{name} is not set. Set it, {example}")
        if urlsplit(given).scheme not in schemes:
            raise SettingsError(
                f"GRIDBEAT_{name} does not start with {schemes[0]}://. Correct it, {example}"
            )
        return given

    def web_address(self, name: str) -> str | None:
        given = self.text(name, "")
        if given and urlsplit(given).scheme not in {"http", "https"}:
            raise SettingsError(
                f"GRIDBEAT_{name} is {given!r}. Give an address such as https://phones.example"
            )
        return given or None

    def socket_address(self, name: str) -> str | None:
        given = self.text(name, "")
        if given and urlsplit(given).scheme not in {"ws", "wss"}:
            raise SettingsError(
                f"GRIDBEAT_{name} is {given!r}. Give the address of the broker's WebSocket, such "
                "as ws://127.0.0.1:8083/mqtt"
            )
        return given or None

    def port(self, name: str, default: int) -> int:
        given = self.text(name, str(default))
        if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 65535):
            raise SettingsError(
                f"GRIDBEAT_{name} is {given!r}. Set it to a port from 1 to 65535, or leave it out "
                f"for {default}"
            )
        return int(given)

    def count(self, name: str, default: int, most: int) -> int:
        given = self.text(name, str(default))
        if not (given.isascii() and given.isdigit() and 1 <= int(given) <= most):
            raise SettingsError(
                f"GRIDBEAT_{name} is {given!r}. Set it to a whole number from 1 to {most}, or "
                f"leave it out for {default}"
            )
        return int(given)

    def networks(self, name: str) -> tuple[str, ...]:
        given = self.text(name, "")
        try:
            return read_networks(given)
        except ValueError as error:
            raise SettingsError(
                f"GRIDBEAT_{name} is {given!r}: {error}. Give the addresses or networks of the "
                "proxies in front, such as 127.0.0.1 or 10.0.0.0/24, with commas between"
            ) from error

    def truth(self, name: str, default: str = "0") -> bool:
        given = self.text(name, default).lower()
        if given not in TRUTH:
            raise SettingsError(f"GRIDBEAT_{name} is {given!r}. Set it to 1 or 0, or leave it out")
        return TRUTH[given]

    def datum(self, name: str) -> Datum:
        given = self.text(name, "wgs84")
        for known in get_args(Datum):
            if given == known:
                return known  # type: ignore[no-any-return]  # get_args is untyped
        raise SettingsError(
            f"GRIDBEAT_{name} is {given!r}. Set it to the datum of the tiles: "
            f"{', '.join(get_args(Datum))}"
        )

    def tile_url(self, name: str) -> str | None:
        given = self.text(name, "")
        if given and not all(part in given for part in ("://", "{z}", "{x}", "{y}")):
            raise SettingsError(
                f"GRIDBEAT_{name} is {given!r}. Give an address with {{z}}, {{x}} and {{y}} in it, "
                "such as https://tiles.example/{z}/{x}/{y}.png"
            )
        return given or None


def _path(given: str) -> Path | None:
    return Path(given) if given else None
