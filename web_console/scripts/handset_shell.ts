/**
 * Owns the list of parts that the handset's page needs without a network: after the build it stands
 * in the page's service worker, in place of `__SHELL__`.
 */
import { createHash } from "node:crypto";
import type { Plugin, Rollup } from "vite";

export const WORKER = "handset-sw";
const PAGE = "handset/index.html";
const BESIDE = ["/favicon.svg", "/handset.webmanifest", "/handset-192.png", "/handset-512.png"];

export function handsetShell(): Plugin {
  return {
    name: "gridbeat-handset-shell",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((part) => part.type === "chunk");
      const entry = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(PAGE));
      const worker = chunks.find((chunk) => chunk.fileName === `${WORKER}.js`);
      const page = bundle[PAGE];
      if (!entry || !worker || page?.type !== "asset") throw new Error(`${PAGE} was not built`);
      const parts = [
        ...BESIDE,
        ...[...needed(entry.fileName, bundle)].sort().map((name) => `/${name}`),
      ];
      const version = createHash("sha256").update(parts.join()).update(page.source).digest("hex");
      const shell = JSON.stringify({ version: version.slice(0, 16), parts });
      worker.code = worker.code.replace("__SHELL__", () => shell);
    },
  };
}

/** A chunk, its styles, and all that it imports, now or later. */
function needed(name: string, bundle: Rollup.OutputBundle, seen = new Set<string>()): Set<string> {
  const part = bundle[name];
  if (!part || seen.has(name)) return seen;
  seen.add(name);
  if (part.type !== "chunk") return seen;
  for (const style of part.viteMetadata?.importedCss ?? []) seen.add(style);
  for (const next of [...part.imports, ...part.dynamicImports]) needed(next, bundle, seen);
  return seen;
}
