import pytest

from telemetry_ingest.errors import SettingsError
from telemetry_ingest.settings import Settings
from telemetry_ingest.subscriptions import client_id, fix_subscriptions, urgent_subscriptions
from telemetry_ingest.wire.live import heartbeat_key

GIVEN = {"GRIDBEAT_DATABASE_URL": "postgresql://db", "GRIDBEAT_VALKEY_URL": "redis://v"}


def test_what_is_not_given_has_a_default() -> None:
    settings = Settings.from_environment(GIVEN)
    assert (settings.mqtt_host, settings.mqtt_port) == ("127.0.0.1", 1883)
    assert settings.areas == ("*",)
    assert settings.zone.key == "Asia/Shanghai"


def test_secrets_are_not_shown() -> None:
    settings = Settings.from_environment(GIVEN | {"GRIDBEAT_MQTT_PASSWORD": "hush"})
    assert settings.mqtt_password == "hush"
    for secret in ("hush", "postgresql://db", "redis://v"):
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRIDBEAT_DATABASE_URL", ""),
        ("GRIDBEAT_VALKEY_URL", ""),
        ("GRIDBEAT_MQTT_PORT", "0"),
        ("GRIDBEAT_MQTT_PORT", "port"),
        ("GRIDBEAT_MQTT_PORT", "²"),
        ("GRIDBEAT_INGEST_AREAS", " , "),
        ("GRIDBEAT_INGEST_AREAS", "*,320111"),
        ("GRIDBEAT_INGEST_AREAS", "3201/11"),
        ("GRIDBEAT_INGEST_METRICS_PORT", "-1"),
        ("GRIDBEAT_TIME_ZONE", "Asia/Nowhere"),
        ("GRIDBEAT_TIME_ZONE", "../etc/passwd"),
        ("GRIDBEAT_RETENTION_DAYS", "0"),
    ],
)
def test_an_error_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(GIVEN | {name: value})


def test_all_areas_take_two_sessions() -> None:
    assert [s.filters for s in fix_subscriptions(["*"])] == [
        ("gb/1/+/+/fix", "gb/1/+/+/status", "owntracks/+/+", "owntracks/+/+/+")
    ]
    assert [s.filters for s in urgent_subscriptions(["*"])] == [
        ("gb/1/+/+/report", "gb/1/+/+/progress", "gb/1/+/+/duress")
    ]


def test_an_area_has_the_same_session_whichever_process_serves_it() -> None:
    alone = {s.name: s.filters for s in fix_subscriptions(["a"])}
    among = {s.name: s.filters for s in fix_subscriptions(["a", "b"])}
    assert alone["fixes-a"] == among["fixes-a"]
    assert alone["fixes-a"][:2] == ("gb/1/a/+/fix", "gb/1/a/+/status")
    assert max(len(filters) for filters in among.values()) <= 8


def test_a_client_id_is_stable_and_needs_the_secret_to_be_guessed() -> None:
    assert client_id("fixes-a", "one") == client_id("fixes-a", "one")
    assert len({client_id(n, p) for n in ("fixes-a", "urgent-a") for p in ("one", "two")}) == 4


def test_the_heartbeat_key_does_not_depend_on_the_order_of_areas() -> None:
    assert heartbeat_key(["b", "a"]) == heartbeat_key(["a", "b"]) == "gb:ingest:a,b"


def test_owntracks_comes_by_each_area_so_that_no_hand_over_leaves_it_behind() -> None:
    for subscription in fix_subscriptions(["a", "b"]):
        assert {"owntracks/+/+", "owntracks/+/+/+"} <= set(subscription.filters)
        assert subscription.name == f"fixes-{subscription.area}"
