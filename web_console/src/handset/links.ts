/**
 * Owns what stands in the codes that a worker scans: an enrolment and a checkpoint's label. Both
 * are addresses of this page, so that any phone's camera opens them; the secret stands behind `#`,
 * which a browser sends to nobody. Pure.
 */
export interface Enrolment {
  readonly username: string;
  readonly password: string;
}
export type Scanned =
  | { readonly kind: "enrolment"; readonly enrolment: Enrolment }
  | { readonly kind: "label"; readonly label: string }
  | { readonly kind: "unknown" };

export const enrolmentLink = (origin: string, { username, password }: Enrolment): string =>
  `${origin}/handset#enrol=${encodeURIComponent(username)}.${encodeURIComponent(password)}`;

export const labelLink = (origin: string, label: string): string =>
  `${origin}/handset#scan=${encodeURIComponent(label)}`;

/** What a scanned text, or the address that was opened, asks for. */
export function scanned(text: string): Scanned {
  const fragment = text.slice(text.indexOf("#") + 1);
  const [name, value] = [fragment.slice(0, fragment.indexOf("=")), decoded(fragment)];
  if (!text.includes("#") || !value) return { kind: "unknown" };
  if (name === "scan") return { kind: "label", label: value };
  const dot = value.indexOf(".");
  if (name !== "enrol" || dot < 1 || dot === value.length - 1) return { kind: "unknown" };
  const enrolment = { username: value.slice(0, dot), password: value.slice(dot + 1) };
  return { kind: "enrolment", enrolment };
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment.slice(fragment.indexOf("=") + 1));
  } catch {
    return "";
  }
}
