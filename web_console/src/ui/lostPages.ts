/**
 * Owns what happens when the files of a page cannot be read: the server has a newer release than
 * the one that this window shows, or it does not answer. The first is mended, the second told.
 */
import type { Router } from "vue-router";
import * as endpoints from "@/wire/endpoints";
import { showProblem } from "./problems";

const KEY = "gridbeat.renewed";
/** Renewed so short a time ago, the same again helps nobody. */
const AGAIN_MS = 30_000;

/** Whether the window was not renewed just now; notes that it is. */
function mayRenew(nowMs: number): boolean {
  const last = Number(sessionStorage.getItem(KEY) ?? 0);
  sessionStorage.setItem(KEY, String(nowMs));
  return nowMs - last > AGAIN_MS;
}

export function mendLostPages(router: Router): void {
  router.onError(async (error, to) => {
    try {
      await endpoints.fetchInstallation();
    } catch (unreachable) {
      showProblem(unreachable);
      return;
    }
    if (mayRenew(Date.now())) window.location.assign(to.fullPath);
    else showProblem(error);
  });
}
