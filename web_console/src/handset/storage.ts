/**
 * Owns the phone's own store (IndexedDB): credentials, what was last known, and what waits to be
 * sent. Survives a closed page; `wipe` leaves nothing of it.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Entry, Lane, Shelf, Waiting } from "./outbox";

interface Schema extends DBSchema {
  kept: { key: string; value: unknown };
  outbox: {
    key: number;
    value: { lane: Lane; since: number; entry: Entry };
    indexes: { lane: Lane };
  };
}

const NAME = "gridbeat-handset";
let opened: Promise<IDBPDatabase<Schema>> | null = null;

function database(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>(NAME, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("kept");
      fresh.createObjectStore("outbox", { autoIncrement: true }).createIndex("lane", "lane");
    },
    terminated() {
      opened = null;
    },
  });
  return opened;
}

/** Keep a value that is JSON; what is reactive is kept as it stands. */
export async function keep(key: string, value: unknown): Promise<void> {
  await (await database()).put("kept", JSON.parse(JSON.stringify(value)), key);
}

export async function kept<T>(key: string): Promise<T | null> {
  return ((await (await database()).get("kept", key)) as T | undefined) ?? null;
}

export async function wipe(): Promise<void> {
  const store = await database();
  await Promise.all([store.clear("kept"), store.clear("outbox")]);
}

export const shelf: Shelf = {
  async add(lane, entry, since) {
    return (await database()).add("outbox", { lane, entry, since });
  },
  async first(lane, count) {
    const store = await database();
    const index = store.transaction("outbox").store.index("lane");
    const found: Waiting[] = [];
    for (
      let at = await index.openCursor(lane);
      at && found.length < count;
      at = await at.continue()
    ) {
      found.push({ id: at.primaryKey, ...at.value });
    }
    return found;
  },
  async remove(ids) {
    const change = (await database()).transaction("outbox", "readwrite");
    await Promise.all([...ids.map((id) => change.store.delete(id)), change.done]);
  },
};

/** How many entries wait, and since when (Unix seconds) the oldest has. */
export async function waiting(): Promise<{ count: number; since: number | null }> {
  const { store } = (await database()).transaction("outbox");
  const [count, oldest] = await Promise.all([store.count(), store.openCursor()]);
  return { count, since: oldest?.value.since ?? null };
}
