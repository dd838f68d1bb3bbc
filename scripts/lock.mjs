// `node scripts/lock.mjs` adds to package-lock.json what npm leaves out: optional packages of other platforms that the
// registry at hand does not carry (npm ci then fails elsewhere with "Missing … from lock file"), and takes download
// addresses out. Run it after every change of dependencies; a test fails when it was forgotten.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const OS =
  /(?:^|[-/])(darwin|linux|windows|win32|freebsd|openbsd|netbsd|android|sunos|aix|openharmony)(?:[-_]|$)/;
const CPU = /(?:^|[-_])(x64|arm64|arm|ia32|ppc64|s390x|riscv64|loong64|mips64el|wasm32)(?:[-_]|$)/;

/** Where node would find `name` from the package at `path`; undefined when nowhere. */
function resolve(packages, path, name) {
  for (let base = path; ; base = base.slice(0, Math.max(base.lastIndexOf("/node_modules/"), 0))) {
    const candidate = `${base ? `${base}/` : ""}node_modules/${name}`;
    if (packages[candidate]) return candidate;
    if (!base) return undefined;
  }
}

const major = (range) => range.replace(/^[^0-9]*/, "").split(".")[0];

/** @returns optional packages that no entry of the lock file satisfies: {path, name, version} */
export function missingOptional(lock) {
  const missing = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const found = resolve(lock.packages, path, name);
      if (found && major(lock.packages[found].version) === major(range)) continue;
      const dev = entry.dev === true || undefined;
      missing.push({
        dev,
        path: `${found ? `${path}/` : ""}node_modules/${name}`,
        name,
        version: range.replace(/^[~^=]/, ""),
      });
    }
  }
  return missing;
}

/** @returns entries that name the address they were downloaded from */
export function withAddress(lock) {
  return Object.entries(lock.packages)
    .filter(([, entry]) => /^https?:/.test(entry.resolved ?? ""))
    .map(([path]) => path);
}

function complete(lock) {
  for (const { path, name, version, dev } of missingOptional(lock)) {
    const os = OS.exec(name)?.[1]?.replace("windows", "win32");
    const cpu = CPU.exec(name)?.[1];
    const libc = /-musl/.test(name) ? "musl" : /linux.*-gnu/.test(name) ? "glibc" : undefined;
    lock.packages[path] = {
      version,
      ...(cpu ? { cpu: [cpu] } : {}),
      ...(libc ? { libc: [libc] } : {}),
      ...(dev ? { dev } : {}),
      optional: true,
      ...(os ? { os: [os] } : {}),
    };
  }
  for (const path of withAddress(lock)) delete lock.packages[path].resolved;
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

const file = fileURLToPath(new URL("../package-lock.json", import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const before = missingOptional(lock).length;
  writeFileSync(file, `${JSON.stringify(complete(lock), null, 2)}\n`);
  console.log(`package-lock.json: ${before} optional packages added.`);
}
