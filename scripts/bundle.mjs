import { readFileSync } from "node:fs";

// How esbuild makes dist/: one file each; what holds WASM, native code or its own files stays in node_modules.
export const bundleOptions = {
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "error",
  legalComments: "none",
  external: [
    "pg-native",
    "libpg-query",
    "@electric-sql/pglite-tools",
    "esbuild",
    "@toondepauw/node-zstd",
    "@aws-sdk/*",
  ],
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

/** The driver signs in through Web Crypto, which node loads beside the module that is loaded anyway. */
const driverCrypto = {
  name: "driver-crypto",
  setup(build) {
    build.onLoad({ filter: /[\\/]pg[\\/]lib[\\/]crypto[\\/]utils\.js$/ }, ({ path }) => {
      const names = "postgresMd5PasswordHash, randomBytes, deriveKey, sha256, hashByName, hmacSha256, md5";
      for (const name of names.split(", ")) {
        if (!readFileSync(path, "utf8").includes(`function ${name}(`))
          throw new Error("pg/lib/crypto/utils.js has changed: look at driverCrypto again");
      }
      const contents = `
        const crypto = require("crypto");
        const digest = (name, data) => crypto.createHash(name).update(data).digest();
        const md5 = (data) => digest("md5", data).toString("hex");
        const postgresMd5PasswordHash = (user, password, salt) =>
          "md5" + md5(Buffer.concat([Buffer.from(md5(password + user)), salt]));
        const randomBytes = (length) => crypto.randomBytes(length);
        const sha256 = (data) => digest("sha256", data);
        const hashByName = (name, data) => digest(name.replace("-", ""), data);
        const hmacSha256 = (key, data) => crypto.createHmac("sha256", key).update(data).digest();
        const deriveKey = (password, salt, rounds) => crypto.pbkdf2Sync(password, salt, rounds, 32, "sha256");
        module.exports = { ${names} };`;
      return { contents, loader: "js" };
    });
  },
};

export const commandPlugins = [commanderAlone, driverCrypto, driverWithoutHttp, lazyBuiltins];

/** Of the commands only those of lib/cli/commands/looking.ts, for the bundle that runs no others. */
export const lookingAlone = {
  name: "looking-alone",
  setup(build) {
    build.onResolve({ filter: /^\.\/commands\// }, ({ path }) =>
      path === "./commands/looking" ? undefined : { path, external: true },
    );
  },
};

/** The commands are one function, for node:vm: of a module, node 20 cannot keep what V8 compiled. */
export const cjsOptions = {
  format: "cjs",
  charset: "ascii",
  banner: {
    js: '(function (require, module, exports, __filename, __dirname) { const __url = require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: "})" },
  define: { "import.meta.url": "__url" },
  // Code that was kept cannot import().
  supported: { "dynamic-import": false },
  // One command uses it; the others would carry it.
  external: [...bundleOptions.external, "zod"],
};
