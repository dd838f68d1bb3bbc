import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceFiles } from "./source-files";

/** Which folders each folder may import from (itself always): DESIGN's arrows, spelt out. */
const ENGINE = ["core", "errors", "env", "env-cli"];
const STORE = [...ENGINE, "db", "access"];
const BELOW_OPERATIONS = [...STORE, "audit", "queue", "postgres", "storage"];
const BELOW_APP = [...BELOW_OPERATIONS, "operations", "transport"];
const ALLOWED: Record<string, readonly string[]> = {
  errors: [],
  env: ["errors"],
  "env-cli": [],
  core: ["errors"],
  postgres: ENGINE,
  storage: [...ENGINE, "postgres"],
  db: ENGINE,
  access: [...ENGINE, "db"],
  audit: STORE,
  queue: STORE,
  operations: BELOW_OPERATIONS,
  transport: [...BELOW_OPERATIONS, "operations"],
  components: BELOW_APP,
  worker: BELOW_APP,
  cli: BELOW_APP,
  app: [...BELOW_APP, "components"],
  server: [...BELOW_APP, "worker"],
};

/** Packages that only these folders may load. */
const PACKAGES: [RegExp, readonly string[]][] = [
  [/^(next|react|react-dom)(\/|$)/, ["app", "components", "transport", "server"]],
  [/^next-intl(\/|$)/, ["app", "components", "transport"]],
  [/^(@prisma\/|prisma(\/|$))/, ["db"]],
  [/^pg(-copy-streams)?$/, ["postgres", "server"]],
  [/^pg-boss$/, ["queue"]],
  [/^@aws-sdk\//, ["storage"]],
];

const IMPORT =
  /(?:^|[\s;])(?:import|export)\s[^'"();]*?from\s*["']([^"']+)["']|(?:^|[^\w.])import\s*\(?\s*["']([^"']+)["']/g;

/** Without those that only name types: nothing is loaded for them. */
function loadsOf(text: string): string[] {
  return importsOf(text.replaceAll(/^(import|export) type [^;]*;/gm, ""));
}

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
}

/** "lib/core/sql/x.ts" → "core"; "app/page.tsx" → "app". */
function layerOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "lib" ? second.replace(/\.tsx?$/, "") : first;
}

function targetOf(from: string, specifier: string): string | null {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  return specifier.startsWith(".") ? posix.join(posix.dirname(from), specifier) : null;
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path) || path.startsWith("lib/testing/");
const sources = sourceFiles(["lib", "app", "components"]).filter((file) => !isTest(file.path));

describe("imports", () => {
  it("are found in every form", () => {
    const text = `import a from "a";\nimport type { B } from './b';\nexport * from "c";\nimport "d";\nawait import("e");\nimport {\n f,\n} from "f";`;
    expect(importsOf(text)).toEqual(["a", "./b", "c", "d", "e", "f"]);
  });

  it("go one way between folders", () => {
    const wrong = sources.flatMap(({ path, text }) =>
      importsOf(text).flatMap((specifier) => {
        const target = targetOf(path, specifier);
        if (target === null || !/^(lib|app|components)\//.test(target)) return [];
        const [from, to] = [layerOf(path), layerOf(target)];
        return from === to || ALLOWED[from]?.includes(to) ? [] : [`${path} imports ${specifier}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it("load a package only where it belongs", () => {
    const wrong = sources.flatMap(({ path, text }) =>
      loadsOf(text).flatMap((specifier) =>
        PACKAGES.filter(
          ([pattern, folders]) => pattern.test(specifier) && !folders.includes(layerOf(path)),
        ).map(() => `${path} imports ${specifier}`),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it("do not lead from the command line to the store, whose client every command would have to read", () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const reached = new Set(["lib/cli/main.ts"]);
    for (const path of reached) {
      for (const specifier of loadsOf(byPath.get(path)?.text ?? "")) {
        const target = targetOf(path, specifier) ?? "";
        const file = [`${target}.ts`, `${target}.tsx`, `${target}/index.ts`].find((one) => byPath.has(one));
        if (file) reached.add(file);
      }
    }
    expect(reached.size).toBeGreaterThan(100);
    expect([...reached].filter((path) => /^lib\/db\/(client|generated)/.test(path))).toEqual([]);
  });

  it("keep the core free of input and output", () => {
    const wrong = sources
      .filter(({ path }) => layerOf(path) === "core")
      .flatMap(({ path, text }) =>
        importsOf(text)
          .filter((specifier) => !/^(\.|libpg-query$|zod$|node:crypto$)/.test(specifier))
          .map((specifier) => `${path} imports ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });
});

describe("what has one place", () => {
  it("reads process.env in lib/env.ts and, for the command line, lib/env-cli.ts alone", () => {
    expect(sources.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path)).toEqual([
      "lib/env-cli.ts",
      "lib/env.ts",
    ]);
  });

  it("creates the metadata client in lib/db alone", () => {
    const creators = sources.filter(({ text }) => /new PrismaClient\b/.test(text)).map(({ path }) => path);
    expect(creators).toEqual(["lib/db/client.ts"]);
  });

  it("writes audit events in lib/audit alone", () => {
    const writers = sources.filter(({ text }) => /auditEvent\.(create|update|upsert|delete)/.test(text));
    expect(writers.map(({ path }) => layerOf(path)).filter((layer) => layer !== "audit")).toEqual([]);
  });

  it("imports test fixtures in tests alone", () => {
    const wrong = sources.filter(({ text }) =>
      importsOf(text).some((specifier) => /(^|\/)testing\//.test(specifier)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});
