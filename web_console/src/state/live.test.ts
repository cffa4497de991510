import { describe, expect, it } from "vitest";
import { readLiveMessage } from "@/wire/live";
import contract from "../../../tests/contracts/live_messages.json";
import { makeIncident } from "./builders";
import { EMPTY_LIVE, reduceLive } from "./live";

describe("live messages", () => {
  for (const message of contract.messages) {
    it(`folds the golden message: ${message.name}`, () => {
      const read = readLiveMessage(JSON.stringify(message.json));
      expect(read).toEqual(message.json);
      if (!read) return;
      expect(reduceLive(EMPTY_LIVE, read)).not.toEqual(EMPTY_LIVE);
    });
  }

  it("ignores a kind that a newer server may send", () => {
    expect(readLiveMessage('{"type":"weather"}')).toBeNull();
  });

  it("keeps the newer version, whichever comes first", () => {
    const newer = makeIncident({ version: 5, status: "handling" });
    const older = makeIncident({ version: 4, status: "dispatched" });
    const first = reduceLive(EMPTY_LIVE, { type: "incident", seq: "2", incident: newer });
    const second = reduceLive(first, { type: "incident", seq: "3", incident: older });
    expect(second.incidents.get("i1")).toEqual(newer);
    expect(second.seq).toBe("3");
  });

  it("forgets with a snapshot what the snapshot does not hold", () => {
    const before = reduceLive(EMPTY_LIVE, { type: "incident", seq: "2", incident: makeIncident() });
    const after = reduceLive(before, {
      type: "snapshot",
      seq: "9",
      at: "2026-11-21T09:00:00Z",
      workers: [],
      incidents: [makeIncident({ id: "i2" })],
    });
    expect([...after.incidents.keys()]).toEqual(["i2"]);
  });
});
