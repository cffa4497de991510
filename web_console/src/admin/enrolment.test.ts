import { expect, it } from "vitest";
import { isLoopback, originForPhones, ownTracksLink, settingsOf } from "./enrolment";

const credentials = {
  handsetId: "h1",
  username: "gb7",
  password: "secret",
  host: "10.0.0.2",
  port: 1883,
  topicPrefix: "owntracks/gb7/phone",
};

it("lists what OwnTracks asks for, in its order", () => {
  const rows = settingsOf("owntracks", credentials);
  expect(Object.fromEntries(rows.map((row) => [row.setting, row.text ?? row.word]))).toEqual({
    mode: "MQTT",
    host: "10.0.0.2",
    port: "1883",
    websocket: "off",
    username: "gb7",
    password: "secret",
    deviceId: "phone",
    trackerId: "ph",
    cleanSession: "off",
    tls: "tlsOff",
  });
});

it("gives a native handset its topic prefix", () => {
  const rows = settingsOf("native", { ...credentials, topicPrefix: "gb/1/320111/h1" });
  expect(rows.find((row) => row.setting === "prefix")?.text).toBe("gb/1/320111/h1");
});

it("gives Traccar Client the address that holds its token, and nothing else to enter", () => {
  const url = "http://10.0.0.2:5055/osmand/secret";
  expect(settingsOf("traccar", { ...credentials, url })).toEqual([
    { setting: "url", text: url },
    { setting: "deviceId", text: "gb7" },
  ]);
});

it("packs the same settings into the link that configures OwnTracks", () => {
  const link = new URL(ownTracksLink(credentials));
  expect(link.protocol + link.pathname).toBe("owntracks:/config");
  const inline = link.searchParams.get("inline") ?? "";
  expect(JSON.parse(atob(inline))).toMatchObject({
    _type: "configuration",
    mode: 0,
    host: "10.0.0.2",
    port: 1883,
    username: "gb7",
    password: "secret",
    deviceId: "phone",
    tid: "ph",
    tls: false,
  });
});

it("knows addresses that a phone cannot reach", () => {
  expect(["127.0.0.1", "localhost", "10.0.0.2"].map(isLoopback)).toEqual([true, true, false]);
});

it("names the console as phones can reach it", () => {
  const names = [
    ["https://grid.example", "10.0.0.2"],
    ["http://127.0.0.1:8080", "10.0.0.2"],
    ["http://127.0.0.1:8080", "127.0.0.1"],
    ["http://localhost:8080", "2001:db8::2"],
  ] as const;
  expect(names.map(([here, host]) => originForPhones(here, host))).toEqual([
    "https://grid.example",
    "http://10.0.0.2:8080",
    "http://127.0.0.1:8080",
    "http://[2001:db8::2]:8080",
  ]);
});
