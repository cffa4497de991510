"""Everything an operator can set for ingest. Built once in `__main__`, passed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from telemetry_ingest.errors import SettingsError

ALL_AREAS = "*"


@dataclass(frozen=True, slots=True)
class Settings:
    """One ingest process. Secrets are kept out of the representation."""

    database_url: str = field(repr=False)
    valkey_url: str = field(repr=False)
    mqtt_host: str
    mqtt_port: int
    mqtt_username: str | None = None
    mqtt_password: str | None = field(default=None, repr=False)
    areas: tuple[str, ...] = (ALL_AREAS,)
    metrics_port: int = 0  # 0: no metrics listener
    http_host: str = "127.0.0.1"
    http_port: int = 0  # of Traccar Client and OsmAnd; 0: no such listener
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    retention_days: int = 180
    redelivery_s: float = 10.0  # the broker's ack_wait: in-flight messages return this late

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the variables.

        Raises:
            SettingsError: one is missing or wrong.
        """
        read = _Reader(environment)
        return cls(
            database_url=read.required(
                "GRIDBEAT_DATABASE_URL", "postgresql://name:password@host:5432/gridbeat"
            ),
            valkey_url=read.required("GRIDBEAT_VALKEY_URL", "redis://:password@host:6379/0"),
            mqtt_host=read.text("GRIDBEAT_MQTT_HOST", "127.0.0.1"),
            mqtt_port=read.number("GRIDBEAT_MQTT_PORT", 1883, 1, 65535),
            mqtt_username=environment.get("GRIDBEAT_MQTT_USERNAME") or None,
            mqtt_password=environment.get("GRIDBEAT_MQTT_PASSWORD") or None,
            areas=_areas(read.text("GRIDBEAT_INGEST_AREAS", ALL_AREAS)),
            metrics_port=read.number("GRIDBEAT_INGEST_METRICS_PORT", 0, 0, 65535),
            http_host=read.text("GRIDBEAT_INGEST_HTTP_HOST", "127.0.0.1"),
            http_port=read.number("GRIDBEAT_INGEST_HTTP_PORT", 0, 0, 65535),
            zone=_zone(read.text("GRIDBEAT_TIME_ZONE", "Asia/Shanghai")),
            retention_days=read.number("GRIDBEAT_RETENTION_DAYS", 180, 1, 3650),
            redelivery_s=read.number("GRIDBEAT_MQTT_REDELIVERY_S", 10, 0, 3600),
        )


@dataclass(frozen=True, slots=True)
class _Reader:
    environment: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name) or default

    def required(self, name: str, example: str) -> str:
        value = self.environment.get(name)
        if not value:
            raise SettingsError(f"{name} is not set. Set it, for example {name}={example}")
        return value

    def number(self, name: str, default: int, low: int, high: int) -> int:
        given = self.text(name, str(default))
        if not given.isascii() or not given.isdigit() or not low <= int(given) <= high:
            raise SettingsError(
                f"{name} is {given!r}. Set it to a whole number from {low} to {high}, "
                f"or leave it out for {default}"
            )
        return int(given)


def _areas(given: str) -> tuple[str, ...]:
    """Subdistrict codes, or `*` for every area there is or will be."""
    areas = tuple(sorted({part.strip() for part in given.split(",") if part.strip()}))
    allowed: Callable[[str], bool] = lambda code: not set(code) & set("/+#\0 ")  # noqa: E731
    if not areas or (ALL_AREAS in areas and len(areas) > 1) or not all(map(allowed, areas)):
        raise SettingsError(
            f"GRIDBEAT_INGEST_AREAS is {given!r}. Give subdistrict codes with commas between, "
            "or * alone for all"
        )
    return areas


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"GRIDBEAT_TIME_ZONE is {name!r}, which is no zone known here. "
            "Give an IANA name such as Asia/Shanghai"
        ) from error
