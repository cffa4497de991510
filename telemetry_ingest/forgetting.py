"""Forgetting: end the sessions of areas that no process serves any more.

The broker keeps every message for every session until it is acknowledged; one that nobody takes up
again would fill it. Ends sessions only; what they still held is gone, so let a process that serves
the areas otherwise run first.
"""

import threading
from typing import Final

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from telemetry_ingest.settings import Settings
from telemetry_ingest.subscriptions import client_id, fix_subscriptions, urgent_subscriptions

ANSWER_WITHIN_S: Final = 10.0


def forget(settings: Settings) -> list[str]:
    """End the sessions of the areas of these settings; their names.

    Raises:
        OSError: the broker does not answer, or refuses.
    """
    areas = settings.areas
    names = [each.name for each in (*fix_subscriptions(areas), *urgent_subscriptions(areas))]
    for name in names:
        _end(settings, name)
    return names


def _end(settings: Settings, name: str) -> None:
    """A clean session of the same client ends the one that was kept."""
    welcome = threading.Event()
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id(name, settings.mqtt_password or ""),
        clean_session=True,
        protocol=MQTTProtocolVersion.MQTTv311,
    )

    def on_connect(
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not reason.is_failure:
            welcome.set()

    client.on_connect = on_connect
    client.username_pw_set(settings.mqtt_username or "", settings.mqtt_password)
    client.connect(settings.mqtt_host, settings.mqtt_port)
    client.loop_start()
    answered = welcome.wait(ANSWER_WITHIN_S)
    client.disconnect()
    client.loop_stop()
    if not answered:
        raise ConnectionError(f"the broker did not let go of the session {name}")
