// How esbuild makes dist/: one file each; what holds WASM, native code or its own files stays in node_modules.
export const bundleOptions = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "error",
  legalComments: "none",
  external: ["pg-native", "libpg-query", "@electric-sql/pglite-tools", "esbuild"],
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};
