/** Owns reading what a page shows: the latest question counts, and a failure is said in its place. */
import { shallowRef } from "vue";
import { showProblem } from "./problems";

export function useReading<Found>() {
  const found = shallowRef<Found | null>(null);
  const problem = shallowRef<unknown>(null);
  let turns = 0;

  /** What was found before stays until there is something newer. */
  async function read(ask: () => Promise<Found>): Promise<void> {
    const turn = ++turns;
    problem.value = null;
    try {
      const answer = await ask();
      if (turn === turns) found.value = answer;
    } catch (error) {
      if (turn !== turns) return;
      if (found.value === null) problem.value = error;
      else showProblem(error);
    }
  }

  return { found, problem, read };
}
