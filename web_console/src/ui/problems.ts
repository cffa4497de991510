/** Owns how a failed call is told to a person: its stable code in words, then the server's detail. */
import { createDiscreteApi } from "naive-ui";
import { darkTheme } from "naive-ui/es/themes";
import { h, type VNode } from "vue";
import { i18n } from "@/i18n";
import { ProblemError } from "@/wire/http";
import { themeOverrides } from "./theme";

/** A shorter wait than this is over when one has read of it. */
const WORTH_SAYING_S = 10;

const { message } = createDiscreteApi(["message"], {
  configProviderProps: { theme: darkTheme, themeOverrides },
  messageProviderProps: { placement: "top", max: 3, containerStyle: { top: "62px" } },
});

/** What stands against a command on a case has words of its own. */
const keyOf = (code: string): string | null =>
  [`problems.${code}`, `conflicts.${code}`].find((key) => i18n.global.te(key)) ?? null;

export function problemText(error: unknown): string {
  const { t } = i18n.global;
  if (!(error instanceof ProblemError)) return t("problems.unknown", { code: String(error) });
  const key = keyOf(error.code);
  if (key === null) return t("problems.unknown", { code: error.code });
  if (error.retryAfterS < WORTH_SAYING_S) return t(key);
  const minutes = t("time.minutes", { n: Math.ceil(error.retryAfterS / 60) });
  return t("problems.wait", { text: t(key), minutes });
}

/** The words, and what the server adds: fields always; its own sentence only to who reads English. */
export function problemParts(error: unknown): { text: string; detail: string } {
  if (!(error instanceof ProblemError)) return { text: problemText(error), detail: "" };
  const { locale } = i18n.global;
  const speaks = locale.value === "en" || keyOf(error.code) === null;
  const lines = speaks ? [error.detail, ...error.errors] : error.errors;
  return { text: problemText(error), detail: lines.join("\n").trim() };
}

export function showProblem(error: unknown): void {
  const { text, detail } = problemParts(error);
  message.error(detail ? `${text}\n${detail}` : text, { duration: 6000, closable: true });
}

export const showDone = (text: string): void => void message.success(text, { duration: 3000 });

export interface Undo {
  readonly label: string;
  readonly forMs: number;
  act(): void;
}

/** Tell what was done and, for a while, offer to take it back. */
export function showUndoable(text: string, undo: Undo): void {
  const button = (): VNode =>
    h(
      "button",
      {
        type: "button",
        class: "undo-in-message",
        "data-testid": "undo",
        onClick: () => {
          shown.destroy();
          undo.act();
        },
      },
      undo.label,
    );
  const shown = message.success(() => h("span", [text, button()]), {
    duration: undo.forMs,
    keepAliveOnHover: true,
  });
}
