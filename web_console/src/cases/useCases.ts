/** Owns the list of cases: its filter, its pages, and keeping what is shown true. */
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import { useLive } from "@/stores/live";
import { useSession } from "@/stores/session";
import { showProblem } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { IncidentSummary } from "@/wire/messages";
import { asked, type CaseFilter, NO_FILTER } from "./case_filter";

/** Many changes in a moment are one look. */
const LOOK_AFTER_MS = 400;
const AFTER_TYPING_MS = 250;
const PAGE = "50";

export function useCases() {
  const live = useLive();
  const session = useSession();
  const filter = ref<CaseFilter>(
    session.session?.role === "department" ? NO_FILTER : { ...NO_FILTER, state: "closed" },
  );
  const loaded = shallowRef<readonly IncidentSummary[]>([]);
  const total = ref<number | null>(null);
  const nextBefore = ref<string | null>(null);
  const busy = ref(false);
  /** Why there is nothing to see, while there is nothing. */
  const problem = shallowRef<unknown>(null);
  const asking = ref(0);

  /** The newest known value of each: the live one is ahead of the page it was read with. */
  const rows = computed(() =>
    loaded.value.map((each) => {
      const known = live.state.incidents.get(each.id);
      return known && known.version > each.version ? known : each;
    }),
  );

  /** Read the first page anew; `more` pages that were opened stay open. */
  async function read(quiet = false): Promise<void> {
    const turn = ++asking.value;
    if (!quiet) busy.value = true;
    const limit = String(Math.min(500, Math.max(Number(PAGE), quiet ? loaded.value.length : 0)));
    try {
      const page = await endpoints.fetchCases({ ...asked(filter.value), limit });
      if (turn !== asking.value) return;
      take(page.incidents, page.nextBefore);
      total.value = page.total ?? null;
      problem.value = null;
    } catch (error) {
      problem.value = error;
      if (!quiet && loaded.value.length) showProblem(error);
    } finally {
      if (turn === asking.value) busy.value = false;
    }
  }

  async function readMore(): Promise<void> {
    if (nextBefore.value === null || busy.value) return;
    const turn = ++asking.value;
    busy.value = true;
    try {
      const page = { ...asked(filter.value), limit: PAGE, before: nextBefore.value };
      const found = await endpoints.fetchCases(page);
      if (turn === asking.value) take([...loaded.value, ...found.incidents], found.nextBefore);
    } catch (error) {
      showProblem(error);
    } finally {
      if (turn === asking.value) busy.value = false;
    }
  }

  function take(incidents: readonly IncidentSummary[], before: string | null): void {
    loaded.value = incidents;
    nextBefore.value = before;
  }

  let typing: ReturnType<typeof setTimeout> | undefined;
  watch(
    filter,
    (now, before) => {
      clearTimeout(typing);
      const wait = before && now.text !== before.text ? AFTER_TYPING_MS : 0;
      typing = setTimeout(() => void read(), wait);
    },
    { immediate: true },
  );
  // What the live line tells may bring a case into the list, or out of it: look again. A page that
  // nobody sees waits until somebody does; a line that comes back brings a snapshot, which counts.
  let looking: ReturnType<typeof setTimeout> | undefined;
  let missed = false;
  function look(): void {
    looking = undefined;
    missed = document.hidden;
    if (missed) return;
    if (busy.value) lookSoon();
    else void read(true);
  }
  function lookSoon(): void {
    looking ??= setTimeout(look, LOOK_AFTER_MS);
  }
  const seen = (): void => {
    if (missed && !document.hidden) look();
  };
  watch(() => live.state.incidents, lookSoon);
  document.addEventListener("visibilitychange", seen);
  onScopeDispose(() => {
    clearTimeout(looking);
    clearTimeout(typing);
    document.removeEventListener("visibilitychange", seen);
  });

  const exportPath = computed(() => endpoints.casesExportPath(asked(filter.value)));
  return { filter, rows, total, nextBefore, busy, problem, read, readMore, exportPath };
}
