import { readFileSync } from "node:fs";
import { builtinModules } from "node:module";

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

/**
 * Node's own modules are loaded where they are first used: in one file, esbuild would lift every import to the top,
 * and `--help` would load TLS and cryptography.
 */
export const lazyBuiltins = {
  name: "lazy-builtins",
  setup(build) {
    const names = new Set(builtinModules);
    build.onResolve({ filter: /^(node:)?[a-z_/0-9]+$/ }, ({ path }) => {
      const name = path.replace(/^node:/, "");
      return names.has(name) ? { path: name, namespace: "builtin" } : undefined;
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
