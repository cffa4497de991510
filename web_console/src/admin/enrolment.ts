/** Owns which settings a freshly enrolled handset must be given, per kind of app. Pure. */
import type { HandsetCredentials, NewHandset } from "@/wire/messages";

export type Setting =
  | "mode"
  | "protocol"
  | "host"
  | "port"
  | "websocket"
  | "username"
  | "password"
  | "deviceId"
  | "trackerId"
  | "cleanSession"
  | "tls"
  | "prefix";

/** `word`: a key of the catalogue below `admin.enrol`; `text`: to be entered as it stands. */
export interface SettingValue {
  readonly setting: Setting;
  readonly text?: string;
  readonly word?: "on" | "off" | "tlsOff";
}

/** The device part of an OwnTracks topic `owntracks/{username}/{device}`. */
export const deviceOf = (topicPrefix: string): string => topicPrefix.split("/")[2] ?? "phone";

export function settingsOf(
  kind: NonNullable<NewHandset["kind"]>,
  credentials: HandsetCredentials,
): SettingValue[] {
  const { host, port, username, password, topicPrefix } = credentials;
  const account: SettingValue[] = [
    { setting: "host", text: host },
    { setting: "port", text: String(port) },
  ];
  if (kind === "native") {
    return [
      { setting: "protocol", text: "MQTT 3.1.1" },
      ...account,
      { setting: "username", text: username },
      { setting: "password", text: password },
      { setting: "prefix", text: topicPrefix },
      { setting: "cleanSession", word: "off" },
      { setting: "tls", word: "tlsOff" },
    ];
  }
  const device = deviceOf(topicPrefix);
  return [
    { setting: "mode", text: "MQTT" },
    ...account,
    { setting: "websocket", word: "off" },
    { setting: "username", text: username },
    { setting: "password", text: password },
    { setting: "deviceId", text: device },
    { setting: "trackerId", text: device.slice(0, 2) },
    { setting: "cleanSession", word: "off" },
    { setting: "tls", word: "tlsOff" },
  ];
}
