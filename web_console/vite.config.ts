import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { handsetShell, WORKER } from "./scripts/handset_shell.ts";

/** Where `npm run dev` finds a running server; the build has no address in it. */
const server = process.env["GRIDBEAT_SERVER"] ?? "http://127.0.0.1:8080";

const page = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [vue(), handsetShell()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  define: {
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
  },
  worker: { format: "es" },
  build: {
    target: "es2023",
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      // A phone on a bad network loads its own page and nothing of the console's.
      input: {
        index: page("./index.html"),
        handset: page("./handset/index.html"),
        [WORKER]: page("./src/handset/service_worker.ts"),
      },
      output: {
        entryFileNames: ({ name }) => (name === WORKER ? "[name].js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy: { "/api": { target: server, ws: true } } },
  // How long a test takes says how busy the machine is, not whether the code is right.
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
