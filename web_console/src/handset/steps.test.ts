import { describe, expect, it } from "vitest";
import type { FieldOrder } from "@/wire/messages";
import {
  isOver,
  mayDecline,
  nextStep,
  type Order,
  type OrderMessage,
  received,
  reconciled,
  stepped,
} from "./steps";

const message = (more: Partial<OrderMessage> = {}): OrderMessage => ({
  dispatch: "d1",
  version: 1,
  action: "go",
  code: "20261121-0001",
  title: "占道经营",
  at: 100,
  ...more,
});
const listed = (more: Partial<FieldOrder> = {}): FieldOrder => ({
  dispatch: "d1",
  version: 1,
  status: "ordered",
  incident: "i1",
  code: "20261121-0001",
  title: "占道经营",
  orderedAt: "1970-01-01T00:01:40Z",
  endedAt: null,
  lon: 118,
  lat: 32,
  text: null,
  place: null,
  dueAt: null,
  acknowledgeBy: null,
  ...more,
});
const only = (orders: Order[]): Order => {
  expect(orders).toHaveLength(1);
  return orders[0] as Order;
};

describe("the one button", () => {
  it("leads from the order to its end", () => {
    const way = ["ordered", "acknowledged", "en_route", "on_scene", "cleared"] as const;
    expect(way.map(nextStep)).toEqual(["acknowledged", "en_route", "on_scene", "cleared", null]);
    expect(nextStep("cancelled")).toBeNull();
  });

  it("lets somebody decline until they are there", () => {
    const may = ["ordered", "acknowledged", "en_route", "on_scene", "cleared", "lapsed"] as const;
    expect(may.map(mayDecline)).toEqual([true, true, true, false, false, false]);
  });

  it("does nothing to an order that is over", () => {
    const over = received(
      received([], message(), 1),
      message({ version: 2, action: "withdraw" }),
      2,
    );
    expect(stepped(over, "d1", "acknowledged", 3)).toEqual(over);
  });
});

describe("orders by message", () => {
  it("come once, however often they are sent", () => {
    const once = received([], message(), 1);
    expect(received(once, message(), 2)).toEqual(once);
  });

  it("are withdrawn by a higher version alone", () => {
    const order = received([], message({ version: 3 }), 1);
    expect(only(received(order, message({ version: 2, action: "withdraw" }), 2)).status).toBe(
      "ordered",
    );
    const gone = only(received(order, message({ version: 4, action: "withdraw" }), 2));
    expect([gone.status, gone.endedAt, isOver(gone)]).toEqual(["cancelled", 2, true]);
  });

  it("keep the step that was taken here when their facts change", () => {
    const going = stepped(received([], message(), 1), "d1", "en_route", 2);
    const changed = only(received(going, message({ version: 2, place: "东门" }), 3));
    expect([changed.status, changed.place]).toEqual(["en_route", "东门"]);
  });

  it("show no withdrawal of what was never shown", () => {
    expect(received([], message({ action: "withdraw" }), 1)).toEqual([]);
  });
});

describe("the centre's list", () => {
  it("brings back what a page has lost", () => {
    expect(only(reconciled([], [listed({ status: "en_route" })]))).toMatchObject({
      dispatch: "d1",
      status: "en_route",
      at: 100,
    });
  });

  it("does not take back a step that is still on its way there", () => {
    const here = stepped(received([], message(), 1), "d1", "on_scene", 2);
    expect(only(reconciled(here, [listed({ status: "acknowledged" })])).status).toBe("on_scene");
    const declined = stepped(received([], message(), 1), "d1", "declined", 2);
    expect(only(reconciled(declined, [listed()])).status).toBe("declined");
  });

  it("has the last word on how an order ended", () => {
    const here = stepped(received([], message(), 1), "d1", "on_scene", 2);
    const ended = listed({ status: "lapsed", endedAt: "1970-01-01T00:02:00Z" });
    expect(only(reconciled(here, [ended]))).toMatchObject({ status: "lapsed", endedAt: 120 });
  });

  it("puts open orders first, the newest before older ones", () => {
    const rows = [
      listed({ dispatch: "a", status: "cleared", orderedAt: "1970-01-01T00:09:00Z" }),
      listed({ dispatch: "b", orderedAt: "1970-01-01T00:01:00Z" }),
      listed({ dispatch: "c", orderedAt: "1970-01-01T00:02:00Z" }),
    ];
    expect(reconciled([], rows).map((order) => order.dispatch)).toEqual(["c", "b", "a"]);
  });
});
