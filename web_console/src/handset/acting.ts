/** Owns what a worker does on the page: a step of an order, a report with photos, a scan. */
import { newId } from "./ids";
import { signal } from "./phone";
import { shrunk } from "./photos";
import { flush, send } from "./sending";
import { state } from "./state";
import { type Step, stepped } from "./steps";
import { keep } from "./storage";

const PLACE_OF_SCAN_S = 120;

export async function takeStep(dispatch: string, step: Step, note: string): Promise<void> {
  const at = Date.now() / 1000;
  state.orders = stepped(state.orders, dispatch, step, at);
  await keep("orders", state.orders);
  await send({ kind: "progress", body: { dispatch, step, at, ...(note ? { note } : {}) } });
  signal("done");
}

export interface NewReport {
  readonly classCode: string | null;
  readonly text: string;
  readonly place: { readonly lon: number; readonly lat: number };
  readonly photos: readonly Blob[];
}

/** Kept in the phone with its photos before anything is sent. */
export async function report({ classCode, text, place, photos }: NewReport): Promise<void> {
  const id = newId();
  const pictures = await Promise.all(photos.map(shrunk));
  for (const picture of pictures) {
    const path = `/reports/${id}/photos/${newId()}`;
    await send({ kind: "photo", path, picture });
  }
  const cls = classCode ? { cls: classCode } : {};
  const where = { lon: place.lon, lat: place.lat };
  await send({ kind: "report", body: { id, at: Date.now() / 1000, ...where, text, ...cls } });
  signal("done");
  void flush();
}

/** A checkpoint's label was scanned. */
export async function visit(label: string): Promise<void> {
  const at = Date.now() / 1000;
  const clientId = newId();
  state.scans = [{ clientId, at, label, answer: "waiting" }, ...state.scans];
  const fix = state.fix && at - state.fix.at < PLACE_OF_SCAN_S ? state.fix : null;
  const place = fix ? { lon: fix.lon, lat: fix.lat, accuracyM: fix.acc ?? null } : {};
  const instant = new Date(at * 1000).toISOString();
  await send({ kind: "visit", body: { clientId, label, at: instant, ...place } });
  signal("done");
}
