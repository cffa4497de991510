import { describe, expect, it } from "vitest";
import type { Fix } from "./fixes";
import { drain, type Entry, FIXES_PER_MESSAGE, laneOf, type Shelf, type Uplink } from "./outbox";

/** As the phone's store, without a phone. */
class Memory implements Shelf {
  private readonly rows = new Map<
    number,
    { lane: ReturnType<typeof laneOf>; since: number; entry: Entry }
  >();
  private next = 1;
  async add(lane: ReturnType<typeof laneOf>, entry: Entry, since: number): Promise<number> {
    this.rows.set(this.next, { lane, entry, since });
    return this.next++;
  }
  async first(lane: ReturnType<typeof laneOf>, count: number) {
    const found = [...this.rows].filter(([, row]) => row.lane === lane);
    return found.slice(0, count).map(([id, row]) => ({ id, ...row }));
  }
  async remove(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.rows.delete(id);
  }
  get size(): number {
    return this.rows.size;
  }
  put = (entry: Entry) => this.add(laneOf(entry), entry, 0);
}

const fix = (at: number): Fix => ({ at, lon: 118, lat: 32, src: "gnss" });
const asEntry = (at: number): Entry => ({ kind: "fix", body: fix(at) });
const message = (kind: Uplink, body: object = {}): Entry => ({ kind, body });

/** A broker that takes `takes` messages and is gone after that. */
function broker(takes = Number.POSITIVE_INFINITY) {
  const sent: (number[] | Uplink)[] = [];
  const room = async (what: number[] | Uplink): Promise<void> => {
    if (sent.length >= takes) throw new Error("connection lost");
    sent.push(what);
  };
  return {
    sent,
    fixes: (fixes: readonly Fix[]) => room(fixes.map(({ at }) => at)),
    message: (kind: Uplink) => room(kind),
  };
}

describe("the outbox", () => {
  it("sends a backlog in messages of 500 fixes, oldest first", async () => {
    const [shelf, to] = [new Memory(), broker()];
    for (let at = 0; at < 1203; at++) await shelf.put(asEntry(at));
    await drain(shelf, to);
    expect(to.sent.map((each) => each.length)).toEqual([FIXES_PER_MESSAGE, 500, 203]);
    expect(to.sent.flat()).toEqual([...Array(1203).keys()]);
    expect(shelf.size).toBe(0);
  });

  it("keeps what was not acknowledged, and loses none when it goes on", async () => {
    const shelf = new Memory();
    for (let at = 0; at < 1203; at++) await shelf.put(asEntry(at));
    await expect(drain(shelf, broker(1))).rejects.toThrow("connection lost");
    expect(shelf.size).toBe(703);
    const again = broker();
    await drain(shelf, again);
    expect(again.sent.flat()[0]).toBe(500);
    expect(again.sent.flat()).toHaveLength(703);
  });

  it("says duty before the first fix and its end after the last one", async () => {
    const [shelf, to] = [new Memory(), broker()];
    const day = [message("status"), asEntry(1), asEntry(2), message("status"), asEntry(3)];
    for (const entry of day) await shelf.put(entry);
    await drain(shelf, to);
    expect(to.sent).toEqual(["status", [1, 2], "status", [3]]);
  });

  it("sends a call for help before the track, also when it comes in between", async () => {
    const [shelf, to] = [new Memory(), broker()];
    for (let at = 0; at < 600; at++) await shelf.put(asEntry(at));
    const fixes = to.fixes;
    to.fixes = async (some) => {
      await fixes(some);
      if (to.sent.length === 1) await shelf.put(message("duress"));
    };
    await drain(shelf, to);
    expect(to.sent.map((each) => (typeof each === "string" ? each : each.length))).toEqual([
      500,
      "duress",
      100,
    ]);
  });

  it("tells of each entry that has gone, once", async () => {
    const shelf = new Memory();
    await shelf.put(message("duress", { id: "a" }));
    await shelf.put(message("progress", { dispatch: "b" }));
    const gone: string[] = [];
    await expect(drain(shelf, broker(1), ({ kind }) => gone.push(kind))).rejects.toThrow();
    await drain(shelf, broker(), ({ kind }) => gone.push(kind));
    expect(gone).toEqual(["duress", "progress"]);
  });

  it("leaves photos and scans to HTTP", async () => {
    const [shelf, to] = [new Memory(), broker()];
    await shelf.put({ kind: "photo", path: "/reports/a/photos/b", picture: new Blob() });
    await shelf.put({ kind: "visit", body: {} });
    await drain(shelf, to);
    expect([to.sent, shelf.size]).toEqual([[], 2]);
  });
});
