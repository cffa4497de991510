import { describe, expect, it } from "vitest";
import { randomId, shrunk } from "./shrink";

describe("a random id", () => {
  it("is a UUID of version 4, and another one each time", () => {
    const ids = Array.from({ length: 200 }, randomId);
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(ids.every((id) => form.test(id))).toBe(true);
    expect(new Set(ids).size).toBe(200);
  });
});

describe("a photo", () => {
  it("that is small is sent as it is", async () => {
    const file = new File(["x"], "a.jpg", { type: "image/jpeg" });
    expect(await shrunk(file)).toBe(file);
  });

  it("that cannot be read here is sent as it is, for the server to judge", async () => {
    const file = new File([new Uint8Array(700_000)], "a.heic", { type: "image/heic" });
    expect(await shrunk(file)).toBe(file);
  });
});
