/** Owns who is signed in and what that role may do here; the server has the last word. */
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import * as endpoints from "@/wire/endpoints";
import { ProblemError, setCsrfToken } from "@/wire/http";
import type { Session } from "@/wire/messages";

type Role = Session["role"];

type Act =
  | "dispatch"
  | "attendance"
  | "assessment"
  | "tracks"
  | "replay"
  | "admin"
  | "map"
  | "live"
  | "cases"
  | "supervise";
const ALLOWED: Record<Act, readonly Role[]> = {
  dispatch: ["dispatcher", "duty_leader", "administrator"],
  attendance: ["supervisor", "administrator", "duty_leader", "dispatcher"],
  assessment: ["supervisor", "duty_leader", "administrator"],
  tracks: ["dispatcher", "supervisor", "duty_leader", "administrator"],
  replay: ["supervisor", "duty_leader", "administrator"],
  admin: ["administrator"],
  /** Where workers are; a department sees its cases alone. */
  map: ["dispatcher", "duty_leader", "supervisor", "wall", "administrator"],
  live: ["dispatcher", "duty_leader", "supervisor", "department", "wall", "administrator"],
  cases: ["dispatcher", "duty_leader", "supervisor", "department", "administrator"],
  supervise: ["duty_leader", "supervisor", "administrator"],
};

export const useSession = defineStore("session", () => {
  const session = ref<Session | null>(null);
  const may = computed(() => {
    const role = session.value?.role;
    const can = (act: keyof typeof ALLOWED): boolean => !!role && ALLOWED[act].includes(role);
    return {
      dispatch: can("dispatch"),
      attendance: can("attendance"),
      assessment: can("assessment"),
      tracks: can("tracks"),
      replay: can("replay"),
      admin: can("admin"),
      map: can("map"),
      live: can("live"),
      cases: can("cases"),
      supervise: can("supervise"),
    };
  });

  function take(value: Session | null): void {
    session.value = value;
    setCsrfToken(value?.csrfToken ?? "");
  }

  /** Whether an earlier session still holds. Raises when the server cannot be asked. */
  async function restore(): Promise<boolean> {
    try {
      take(await endpoints.fetchSession());
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return false;
      throw error;
    }
  }

  async function signIn(username: string, password: string): Promise<void> {
    take(await endpoints.signIn({ username, password }));
  }

  async function signOut(): Promise<void> {
    try {
      await endpoints.signOut();
    } finally {
      take(null);
    }
  }

  return { session, may, restore, signIn, signOut, forget: () => take(null) };
});
