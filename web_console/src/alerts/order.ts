/** Owns which alerts come first: whole subdistricts, then what nobody took notice of, newest first. Pure. */
import type { Alert } from "@/wire/messages";

export const isNew = (alert: Alert): boolean => alert.acknowledgedAt === null;

export const inOrder = (alerts: Iterable<Alert>): Alert[] =>
  [...alerts].sort(
    (a, b) =>
      Number(b.kind === "area_silent") - Number(a.kind === "area_silent") ||
      Number(isNew(b)) - Number(isNew(a)) ||
      (a.raisedAt < b.raisedAt ? 1 : -1),
  );
