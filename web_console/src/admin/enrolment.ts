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
  | "prefix"
  | "url";

/** `word`: a key of the catalogue below `admin.enrol`; `text`: to be entered as it stands. */
export interface SettingValue {
  readonly setting: Setting;
  readonly text?: string;
  readonly word?: "on" | "off" | "tlsOff";
}

/** The device part of an OwnTracks topic `owntracks/{username}/{device}`. */
const deviceOf = (topicPrefix: string): string => topicPrefix.split("/")[2] ?? "phone";

export function settingsOf(
  kind: NonNullable<NewHandset["kind"]>,
  credentials: HandsetCredentials,
): SettingValue[] {
  const { host, port, username, password, topicPrefix } = credentials;
  if (kind === "traccar") {
    return [
      { setting: "url", text: credentials.url ?? "" },
      { setting: "deviceId", text: username },
    ];
  }
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

/** MQTT; and in Move mode a fix every ten seconds, as a patrol needs. */
const OWNTRACKS_BASICS = {
  _type: "configuration",
  mode: 0,
  monitoring: 2,
  locatorInterval: 10,
  moveModeLocatorInterval: 10,
} as const;

/**
 * The link that configures OwnTracks by itself, to be shown as a QR code.
 * Source: OwnTracks booklet, Remote configuration, URL config.
 */
export function ownTracksLink(credentials: HandsetCredentials): string {
  const { host, port, username, password, topicPrefix } = credentials;
  const deviceId = deviceOf(topicPrefix);
  const account = { host, port, auth: true, username, password };
  const device = { deviceId, tid: deviceId.slice(0, 2) };
  const line = { tls: false, ws: false, cleanSession: false };
  const configuration = { ...OWNTRACKS_BASICS, ...account, ...device, ...line };
  return `owntracks:///config?inline=${encodeURIComponent(btoa(JSON.stringify(configuration)))}`;
}

/**
 * Where a phone finds this console: the address in the browser, unless that is this computer's own
 * and enrolment knows the one that phones can reach. `here` is the page's origin.
 */
export function originForPhones(here: string, host: string): string {
  const { protocol, hostname, port } = new URL(here);
  if (!isLoopback(hostname) || isLoopback(host)) return here;
  const address = host.includes(":") ? `[${host}]` : host;
  return `${protocol}//${address}${port ? `:${port}` : ""}`;
}

/** A handset elsewhere cannot reach an address that means this computer itself. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host.startsWith("127.");
