import type { Manifest, RestoreMode, RestoreResult, TableName } from "../../core/backup/types";
import { DomainError } from "../../errors";
import { canCreateDatabase, openAdmin } from "../../postgres/backup/admin-session";
import { readManifest } from "../../postgres/backup/archive-reader";
import type { RestoreOptions as EngineOptions } from "../../postgres/backup/options";
import { neighboursOf } from "../../postgres/backup/restore/chosen-tables";
import { isEmpty } from "../../postgres/backup/restore/in-place";
import { foreseeInPlace } from "../../postgres/backup/restore/in-place-preflight";
import { keptAt } from "../../postgres/backup/restore/names";
import { restoreInto } from "../../postgres/backup/restore/restore";
import { keptInStead, swapDatabases } from "../../postgres/backup/restore/swap";
import { closeConnection } from "../../postgres/connection/connect";
import { type ConnectionSpec, describeSpec } from "../../postgres/connection/connection-spec";
import { cancellable, progressLine, restoreLine, showDatabase, showNotes } from "../backup-output";
import { keysFor, openArchiveAt } from "../backup-places";
import { readConfig } from "../config";
import { count, duration, note, paint, print, printJson } from "../output";
import { type CommonOptions, isJson } from "../session";
import { parseTableName } from "../table-names";
import { openTarget, requireTarget } from "../target";
import { takeBackup } from "./backup";

interface RestoreOptions extends CommonOptions {
  yes?: string;
  tables?: string[];
  mode?: "auto" | "new-database" | "in-place";
  as?: string;
  owner?: boolean;
  createRoles?: boolean;
  replication?: "refuse" | "leave";
  analyze?: boolean;
  connections?: number;
  /** Where the backup goes that is taken before a restore in place. */
  safety?: string;
}

type Choices = Pick<EngineOptions, "tables" | "owners" | "missingRoles">;

/** What lies at the target before anything is done. */
interface Found {
  exists: boolean;
  empty: boolean;
  canCreate: boolean;
  /** As the user entered it, with the password that was asked for. */
  spec: ConnectionSpec;
}

export async function backupRestore(path: string, options: RestoreOptions): Promise<number> {
  const store = await openArchiveAt(path);
  const manifest = await readManifest(store);
  const keys = await keysFor(manifest);
  const found = await lookAt(await requireTarget(options, readConfig()));
  const { spec } = found;
  const mode = chooseMode(options, found);
  const tables = options.tables?.map(parseTableName);
  const choices: Choices = {
    ...(tables ? { tables } : {}),
    owners: options.owner === false ? "none" : "keep",
    missingRoles: options.createRoles ? "create" : "refuse",
  };
  const touched = mode !== "beside" && found.exists && !found.empty;
  if (touched) requireYes(options, spec, mode, path);
  if (tables) showNeighbours(manifest, tables);
  const freshBackup =
    mode === "in_place" && touched ? await takeSafetyBackup(found, manifest, choices, options) : null;
  const line = progressLine(isJson(options));
  try {
    const result = await cancellable((signal) =>
      restoreInto({
        store,
        keys,
        spec,
        mode,
        ...(options.as ? { as: options.as } : {}),
        ...choices,
        replication: options.replication ?? "refuse",
        analyze: options.analyze ?? true,
        ...(options.connections ? { connections: options.connections } : {}),
        freshBackup,
        onDatabase: showDatabase,
        onProgress: (progress) => line.show(restoreLine(progress)),
        signal,
      }),
    );
    line.clear();
    if (isJson(options)) printJson(result);
    else show(result, tables !== undefined);
    return 0;
  } finally {
    line.clear();
  }
}

async function lookAt(wanted: ConnectionSpec): Promise<Found> {
  try {
    const { client, spec } = await openTarget(wanted);
    try {
      return {
        exists: true,
        empty: await isEmpty(client),
        canCreate: await canCreateDatabase(client, true),
        spec,
      };
    } finally {
      await closeConnection(client);
    }
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== "target.no_database") throw error;
    const admin = await openAdmin(wanted, [wanted.database]);
    try {
      return { exists: false, empty: true, canCreate: await canCreateDatabase(admin, false), spec: wanted };
    } finally {
      await closeConnection(admin);
    }
  }
}

/** Rows of chosen tables go into the database itself; the whole beside it first, where the role may. */
function chooseMode(options: RestoreOptions, found: Found): RestoreMode {
  if (options.as) return "beside";
  if (options.mode === "in-place") return "in_place";
  if (options.mode === "new-database") return "new_database";
  if (options.tables && found.exists && !found.empty) return "in_place";
  return found.canCreate ? "new_database" : "in_place";
}

function requireYes(options: RestoreOptions, spec: ConnectionSpec, mode: RestoreMode, path: string): void {
  if (options.yes === spec.database) return;
  const what = mode === "in_place" ? "would be written over" : "would be replaced";
  throw new DomainError("validation", "cli.confirm", `${describeSpec(spec)} is not empty and ${what}.`, {
    details: { database: spec.database },
    hint: `Say so: dbmigrator backup restore ${path} … --yes ${spec.database}; or restore beside it: --as NAME`,
  });
}

function showNeighbours(manifest: Manifest, tables: readonly TableName[]): void {
  for (const key of neighboursOf(manifest, tables)) {
    const [from, to] = [key.table, key.references].map((one) => `${one.schema}.${one.name}`);
    note(`${from} points at ${to} (${key.name}): rows of one without those of the other may not fit.`);
  }
}

/** Of what is replaced. @returns null when nothing of it is there */
async function takeSafetyBackup(
  { spec }: Found,
  of: Manifest,
  choices: Choices,
  options: RestoreOptions,
): Promise<Manifest | null> {
  const { client } = await openTarget(spec);
  const scope = await foreseeInPlace(client, of, choices).finally(() => closeConnection(client));
  if (!scope) return null;
  const { manifest, path } = await takeBackup(spec, {
    scope,
    ...(options.safety === undefined ? {} : { out: options.safety }),
    ...(options.json === undefined ? {} : { json: options.json }),
    label: "before a restore in place",
  });
  note(`What is there now is in ${path}.`);
  return manifest;
}

function show(result: RestoreResult, chosen: boolean): void {
  const { database, keptAs, tables, rows, durationMs } = result;
  const sign = paint.green("✓");
  const held = `${count(rows, "row")}, ${duration(durationMs)}`;
  if (chosen && result.mode === "in_place")
    print(`${sign} ${count(tables, "table")} of ${database} restored: ${held}`);
  else print(`${sign} ${database} is restored: ${count(tables, "table")}, ${held}`);
  if (keptAs) {
    print(`  The database from before is ${keptAs}, closed to everybody; drop it when you do not need it.`);
    print(`  To put it back: dbmigrator backup put-back ${keptAs} … --yes ${database}`);
  }
  if (result.rolesCreated.length > 0) print(`  Roles made without login: ${result.rolesCreated.join(", ")}`);
  for (const key of result.foreignKeysLeft)
    print(`  Not made: foreign key ${key.name} of ${key.table.schema}.${key.table.name}`);
  // Of chosen tables, the ledger is not among what came back.
  for (const { service, filename, applied } of chosen ? [] : result.ledger)
    print(`  ${service}: ${count(applied, "migration")} applied, the last is ${filename}`);
  showNotes(result.notes);
}

interface PutBackOptions extends CommonOptions {
  yes?: string;
}

/** Gives a database that a restore replaced, or put away, the name of the target's again. */
export async function backupPutBack(kept: string, options: PutBackOptions): Promise<number> {
  const { exists, spec } = await lookAt(await requireTarget(options, readConfig()));
  const live = spec.database;
  if (keptAt(kept, live) === null) {
    throw new DomainError("validation", "cli.not_kept", `${kept} is no database that was kept of ${live}.`, {
      details: { kept, live },
      hint: `Its name is ${live}_before_ with date and time, as the restore said.`,
    });
  }
  if (exists && options.yes !== live) {
    throw new DomainError("validation", "cli.confirm", `${describeSpec(spec)} would be replaced.`, {
      details: { database: live },
      hint: `Say so: dbmigrator backup put-back ${kept} … --yes ${live}`,
    });
  }
  const keepAs = await keptInStead(spec, live, kept);
  await swapDatabases({ spec, live, fresh: kept, keepAs });
  if (isJson(options)) printJson({ database: live, keptAs: keepAs });
  else {
    print(`${paint.green("✓")} ${kept} is ${live} again.`);
    if (keepAs)
      print(`  What had that name is ${keepAs}, closed to everybody; drop it when you do not need it.`);
    else print(`  There was no ${live} any more.`);
  }
  return 0;
}
