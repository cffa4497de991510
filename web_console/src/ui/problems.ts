/** Owns how a failed call is told to a person: its stable code in words, then the server's detail. */
import { createDiscreteApi } from "naive-ui";
import { darkTheme } from "naive-ui/es/themes";
import { i18n } from "@/i18n";
import { ProblemError } from "@/wire/http";
import { themeOverrides } from "./theme";

const { message } = createDiscreteApi(["message"], {
  configProviderProps: { theme: darkTheme, themeOverrides },
  messageProviderProps: { placement: "top", max: 3, containerStyle: { top: "62px" } },
});

export function problemText(error: unknown): string {
  const { t, te } = i18n.global;
  if (!(error instanceof ProblemError)) return t("problems.unknown", { code: String(error) });
  const key = `problems.${error.code}`;
  return te(key) ? t(key) : t("problems.unknown", { code: error.code });
}

/** The words, with the server's own detail where there is one. */
export function problemParts(error: unknown): { text: string; detail: string } {
  const detail =
    error instanceof ProblemError ? [error.detail, ...error.errors].join("\n").trim() : "";
  return { text: problemText(error), detail };
}

export function showProblem(error: unknown): void {
  const { text, detail } = problemParts(error);
  message.error(detail ? `${text}\n${detail}` : text, { duration: 6000, closable: true });
}

export const showDone = (text: string): void => void message.success(text, { duration: 3000 });
