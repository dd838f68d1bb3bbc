import { readFileSync } from "node:fs";

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

/** Those that starting node has not loaded already. */
const HEAVY =
  /^(node:)?(tls|net|crypto|dns|dns\/promises|child_process|http|https|zlib|readline|worker_threads)$/;

/**
 * Node's heavier modules are loaded where they are first used: in one file, esbuild would lift every import to the top,
 * and `--help` would load TLS and cryptography.
 */
export const lazyBuiltins = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: HEAVY }, ({ path }) => {
      return { path: path.replace(/^node:/, ""), namespace: "builtin" };
    });
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${path}`)});`,
    }));
  },
};

/** The driver asks whether it runs at Cloudflare by making a Response, for which node loads its whole HTTP client. */
export const driverWithoutHttp = {
  name: "driver-without-http",
  setup(build) {
    build.onLoad({ filter: /[\\/]pg[\\/]lib[\\/]stream\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const head = "function isCloudflareRuntime() {";
      if (!source.includes(head))
        throw new Error("pg/lib/stream.js has changed: look at driverWithoutHttp again");
      return { contents: source.replace(head, `${head} return false;`), loader: "js" };
    });
  },
};

/** Commander loads child_process for stand-alone subcommands, of which there are none here. */
export const commanderAlone = {
  name: "commander-alone",
  setup(build) {
    build.onLoad({ filter: /[\\/]commander[\\/]lib[\\/]command\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const line = "const childProcess = require('node:child_process');";
      if (!source.includes(line)) throw new Error("commander has changed: look at commanderAlone again");
      return { contents: source.replace(line, "const childProcess = null;"), loader: "js" };
    });
  },
};
