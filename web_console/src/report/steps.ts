/** Owns the steps of a report as a resident sees them. Pure. */
import type { ResidentStatus } from "@/wire/messages";

export interface Step {
  readonly step: "received" | "accepted" | "working" | "done" | "refused";
  readonly at: string | null;
  readonly reached: boolean;
  readonly now: boolean;
}

export function stepsOf(status: ResidentStatus): Step[] {
  if (status.state === "refused") {
    return [
      { step: "received", at: status.reportedAt, reached: true, now: false },
      { step: "refused", at: status.closedAt, reached: true, now: true },
    ];
  }
  const order = ["received", "accepted", "working", "done"] as const;
  const times = {
    received: status.reportedAt,
    accepted: status.acceptedAt,
    working: status.startedAt,
    done: status.closedAt,
  };
  const at = order.indexOf(status.state);
  return order.map((step, index) => ({
    step,
    at: index <= at ? times[step] : null,
    reached: index <= at,
    now: index === at,
  }));
}
