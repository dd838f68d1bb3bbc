import { checksumOf, normalizeScript } from "./checksum";
import { readDirectives } from "./directives";
import type { FilePart } from "./file-names";
import { describePaths } from "./file-sets";
import { isBlank, splitMarkers } from "./markers";
import { isCheckpoint, otherwiseInTools } from "./other-tools";
import type { MigrationSource } from "./types";
import { compareMigrations } from "./version";

export interface MigrationFile {
  /** Relative to the folder of migrations, with `/`. */
  path: string;
  content: string;
}

/** What is wrong with a folder of migrations. Errors keep it from being used; warnings are told. */
export interface LayoutProblem {
  level: "error" | "warning";
  code:
    | "duplicate"
    | "down_without_up"
    | "unknown_file"
    | "marker"
    | "directive"
    | "empty_name"
    | "placeholder"
    | "condition"
    | "checkpoint"
    | "other_system";
  path: string;
  message: string;
  line?: number;
}

export interface ReadOptions {
  /** All files belong to this service; without it sub-folders name their services, and the rest is `default`. */
  service?: string;
}

/** Where a script stands: its file, and how many lines of it are above the script. */
export interface ScriptPlace {
  path: string;
  linesAbove: number;
}

export const DEFAULT_SERVICE = "default";

interface Draft {
  service: string;
  filename: string;
  version: string;
  name: string;
  kind: "versioned" | "repeatable";
  up?: ScriptPlace & { text: string };
  down?: ScriptPlace & { text: string };
  /** A sidecar file says that it runs outside a transaction. */
  outside: boolean;
}

/**
 * Reads a folder (or archive) of migrations in any of the layouts: `V_name.up.sql` + `.down.sql`, `NAME/up.sql` +
 * `down.sql` (diesel), `NAME/migration.sql` (Prisma), one file with `-- migrate:up` and `-- migrate:down` (dbmate,
 * and goose's and node-pg-migrate's markers), `V1__name.sql` + `U1__name.sql` + `R__name.sql` (Flyway), with the down
 * scripts in a folder of their own or told by a word (describePaths), each of them in sub-folders per service too.
 *
 * @returns migrations in the order in which they are applied, services one after the other, and where their scripts
 * stand (`<service>/<filename>`), so that what is wrong in one is told at a line of a file that is there
 */
export function readMigrations(
  files: readonly MigrationFile[],
  options: ReadOptions = {},
): {
  migrations: MigrationSource[];
  places: Map<string, { up: ScriptPlace; down?: ScriptPlace }>;
  problems: LayoutProblem[];
} {
  const drafts = new Map<string, Draft>();
  const problems: LayoutProblem[] = [];
  const parts = describePaths(files.map((file) => file.path));
  const elsewhere: string[] = [];
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const part = parts.get(file.path) ?? null;
    if (part === null) continue;
    if (part === "elsewhere") {
      elsewhere.push(file.path);
      continue;
    }
    if (part === "unknown") {
      problems.push(
        problem(
          "warning",
          "unknown_file",
          file.path,
          "The name does not say which migration this is; it begins with a version: 001_name.sql, V1__name.sql.",
        ),
      );
      continue;
    }
    addPart(drafts, part, file, options, problems);
  }
  const [left] = elsewhere;
  if (left !== undefined) {
    const message = `${elsewhere.length} scripts for other database systems or in general are left out: there are others for PostgreSQL.`;
    problems.push(problem("warning", "other_system", left, message));
  }
  pairUndoFiles(drafts);
  const migrations = [...drafts.values()].flatMap((draft) => finish(draft, problems));
  migrations.sort((a, b) => (a.service < b.service ? -1 : a.service > b.service ? 1 : compareKind(a, b)));
  const places = new Map(
    [...drafts.values()].flatMap(({ service, filename, up, down }) =>
      up
        ? [[`${service}/${filename}`, { up: placeOf(up), ...(down ? { down: placeOf(down) } : {}) }] as const]
        : [],
    ),
  );
  return { migrations: withoutCheckpoints(migrations, problems), places, problems };
}

function placeOf({ path, linesAbove }: ScriptPlace): ScriptPlace {
  return { path, linesAbove };
}

/** What an Atlas checkpoint makes is there already where the migrations before it ran. */
function withoutCheckpoints(migrations: MigrationSource[], problems: LayoutProblem[]): MigrationSource[] {
  const started = new Set<string>();
  return migrations.filter(({ service, filename, up }) => {
    const repeats = started.has(service) && isCheckpoint(up);
    started.add(service);
    const message = "A checkpoint of Atlas repeats what the migrations before it make; it is left out.";
    if (repeats) problems.push(problem("warning", "checkpoint", filename, message));
    return !repeats;
  });
}

/** Versioned migrations by version, repeatable ones after them by name. */
function compareKind(a: MigrationSource, b: MigrationSource): number {
  if (a.kind !== b.kind) return a.kind === "versioned" ? -1 : 1;
  return compareMigrations(a, b);
}

function addPart(
  drafts: Map<string, Draft>,
  part: FilePart,
  file: MigrationFile,
  options: ReadOptions,
  problems: LayoutProblem[],
): void {
  const service = options.service ?? part.service ?? DEFAULT_SERVICE;
  const key = `${service}\u0000${part.filename}`;
  const draft: Draft = drafts.get(key) ?? {
    service,
    filename: part.filename,
    version: part.version,
    name: part.name,
    kind: part.kind,
    outside: false,
  };
  drafts.set(key, draft);
  if (part.role === "config") {
    if (endsTransaction(file.content)) draft.outside = true;
    return;
  }
  const text = normalizeScript(file.content);
  const found = part.role === "whole" ? splitMarkers(text) : { [part.role]: text };
  if ("problem" in found) {
    problems.push(problem("error", "marker", file.path, found.problem));
    return;
  }
  for (const role of ["up", "down"] as const) {
    const script = found[role];
    if (script === undefined) continue;
    const other = draft[role];
    if (other) {
      problems.push(
        problem(
          "error",
          "duplicate",
          file.path,
          `${other.path} is the ${role} script of the same migration.`,
        ),
      );
    } else {
      const above = role === "down" && found.up !== undefined ? found.up.split("\n").length - 1 : 0;
      draft[role] = { path: file.path, linesAbove: above, text: script };
    }
  }
}

/** Whether Flyway's settings of a script (`V1__name.sql.conf`) say that it runs outside of a transaction. */
export function endsTransaction(settings: string): boolean {
  return /^\s*executeInTransaction\s*=\s*false\s*$/im.test(settings);
}

/** The settings' word goes into the first line, so that line numbers stay those of the file. */
export function outsideTransaction(script: string): string {
  return `/* dbmigrator: transaction=none */ ${script}`;
}

/** Flyway's U1__anything.sql undoes V1__name.sql: they share the version and not the name. */
function pairUndoFiles(drafts: Map<string, Draft>): void {
  for (const [key, draft] of drafts) {
    if (draft.up || !draft.down || !/^V.+__/.test(draft.filename)) continue;
    const partner = [...drafts.values()].find(
      (other) =>
        other.up && other.service === draft.service && other.version === draft.version && !other.down,
    );
    if (!partner) continue;
    partner.down = draft.down;
    drafts.delete(key);
  }
}

function finish(draft: Draft, problems: LayoutProblem[]): MigrationSource[] {
  if (!draft.up) {
    if (draft.down) {
      problems.push(
        problem("error", "down_without_up", draft.down.path, "There is no up script for this down script."),
      );
    }
    return [];
  }
  const up = draft.outside ? outsideTransaction(draft.up.text) : draft.up.text;
  const read = readDirectives(up);
  for (const found of read.problems) {
    problems.push({ ...problem("error", "directive", draft.up.path, found.message), line: found.line });
  }
  for (const { code, line, message } of otherwiseInTools(draft.filename, draft.up.text)) {
    problems.push({ ...problem("warning", code, draft.up.path, message), line });
  }
  const { service, filename, version, name } = draft;
  const kind = read.directives.repeatable ? "repeatable" : draft.kind;
  // A down file that nobody has written yet must not count as a way back that does nothing.
  const down = draft.down && !isBlank(draft.down.text) ? draft.down.text : null;
  return [{ service, filename, version, name, kind, up, down, checksum: checksumOf(up) }];
}

function problem(
  level: "error" | "warning",
  code: LayoutProblem["code"],
  path: string,
  message: string,
): LayoutProblem {
  return { level, code, path, message };
}

/**
 * The files that migrations are exported to: `<filename>.up.sql` and `.down.sql`, in a folder per service when
 * there is more than one. What comes out is read back as the same migrations.
 */
export function writeMigrations(migrations: readonly MigrationSource[]): MigrationFile[] {
  const folders = new Set(migrations.map((migration) => migration.service)).size > 1;
  return migrations.flatMap((migration) => {
    const base = `${folders ? `${migration.service}/` : ""}${migration.filename}`;
    const files = [{ path: `${base}.up.sql`, content: migration.up }];
    if (migration.down !== null) files.push({ path: `${base}.down.sql`, content: migration.down });
    return files;
  });
}
