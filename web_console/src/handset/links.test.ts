import { expect, it } from "vitest";
import { enrolmentLink, labelLink, scanned } from "./links";

const ORIGIN = "https://console.example";

it("reads back an enrolment and a label, whatever is in them", () => {
  const enrolment = { username: "habc23", password: "p.w#=&%é" };
  expect(scanned(enrolmentLink(ORIGIN, enrolment))).toEqual({ kind: "enrolment", enrolment });
  expect(scanned(labelLink(ORIGIN, "3.号楼.0f3a"))).toEqual({
    kind: "label",
    label: "3.号楼.0f3a",
  });
});

it("keeps the secret behind the #, where no server sees it", () => {
  const link = new URL(enrolmentLink(ORIGIN, { username: "h1", password: "secret" }));
  expect([link.pathname, link.search]).toEqual(["/handset", ""]);
  expect(link.hash).toContain("secret");
});

it.each([
  "",
  "https://console.example/handset",
  "https://console.example/handset#",
  "https://console.example/handset#enrol=",
  "https://console.example/handset#enrol=name.",
  "https://console.example/handset#enrol=.secret",
  "https://console.example/handset#scan=%E0%A4%A",
  "#other=value",
  "weixin://pay",
])("takes %s for nothing of ours", (text) => {
  expect(scanned(text)).toEqual({ kind: "unknown" });
});
