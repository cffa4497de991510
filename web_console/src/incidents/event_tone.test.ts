import { expect, it } from "vitest";
import { AT } from "@/state/builders";
import type { IncidentEvent } from "@/wire/messages";
import { toneOf } from "./event_tone";

const tone = (kind: string, body: IncidentEvent["body"] = {}) =>
  toneOf({ version: 1, at: AT, kind, actorKind: "account", actor: "张伟", body });

it("tells a declined and a lapsed order from one that goes on", () => {
  expect(tone("dispatch", { to: "declined" })).toBe("bad");
  expect(tone("dispatch", { to: "lapsed" })).toBe("bad");
  expect(tone("dispatch", { to: "en_route" })).toBe("field");
  expect(tone("dispatch", { to: "cleared" })).toBe("good");
});

it("tells a granted request from a denied one and one that waits", () => {
  expect(tone("asked")).toBe("asked");
  expect(tone("ruled", { granted: true })).toBe("good");
  expect(tone("ruled", { granted: false })).toBe("bad");
});

it("marks rework and the end of a case", () => {
  expect([tone("status", { to: "rework" }), tone("status", { to: "closed" })]).toEqual([
    "bad",
    "good",
  ]);
  expect(tone("status", { to: "accepted" })).toBe("plain");
});
