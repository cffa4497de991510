"""Settings of the console server: what is read, and how a wrong value is answered."""

import pytest

from console_server.settings import VARIABLES, Settings, SettingsError

LEAST = {
    "GRIDBEAT_DATABASE_URL": "postgresql://a:secret@127.0.0.1/gridbeat",
    "GRIDBEAT_VALKEY_URL": "redis://:secret@127.0.0.1:6379/0",
}


def test_two_addresses_are_enough() -> None:
    settings = Settings.from_environment(LEAST)
    assert (settings.http_host, settings.http_port, settings.pack) == (
        "127.0.0.1",
        8080,
        "xingdian",
    )
    assert (settings.mqtt_public_host, settings.mqtt_public_port) == ("127.0.0.1", 1883)


def test_phones_are_told_the_public_address_when_there_is_one() -> None:
    public = {"GRIDBEAT_MQTT_PUBLIC_HOST": "mqtt.example", "GRIDBEAT_MQTT_PUBLIC_PORT": "8883"}
    settings = Settings.from_environment(LEAST | public)
    assert (settings.mqtt_public_host, settings.mqtt_public_port) == ("mqtt.example", 8883)


def test_secrets_do_not_show_in_the_representation() -> None:
    assert "secret" not in repr(Settings.from_environment(LEAST))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GRIDBEAT_DATABASE_URL", ""),
        ("GRIDBEAT_DATABASE_URL", "mysql://x"),
        ("GRIDBEAT_VALKEY_URL", "127.0.0.1:6379"),
        ("GRIDBEAT_MQTT_PORT", "none"),
        ("GRIDBEAT_HTTP_PORT", "70000"),
        ("GRIDBEAT_SECURE_COOKIE", "perhaps"),
        ("GRIDBEAT_TILE_URL", "https://tiles.example/"),
        ("GRIDBEAT_TILE_DATUM", "mars"),
        ("GRIDBEAT_TRUSTED_PROXIES", "*"),
        ("GRIDBEAT_TRUSTED_PROXIES", "10.0.0.0/8, proxy.example"),
        ("GRIDBEAT_BROKER_USERS_FILE", "/etc/users.conf"),
    ],
)
def test_bad_value_is_answered_with_its_name(name: str, value: str) -> None:
    assert name in VARIABLES
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment(LEAST | {name: value})


def test_demo_accounts_are_refused_on_an_address_others_can_reach() -> None:
    with pytest.raises(SettingsError, match="everybody knows"):
        Settings.from_environment(LEAST | {"GRIDBEAT_DEMO": "1", "GRIDBEAT_HTTP_HOST": "0.0.0.0"})  # noqa: S104
