import type pg from "pg";
import type {
  BackupNote,
  ManifestFile,
  ManifestForeignKey,
  ManifestTable,
  TableName,
} from "../../../core/backup/types";
import { DomainError } from "../../../errors";
import { serverMajor } from "../../connection/connect";
import type { ConnectionSpec } from "../../connection/connection-spec";
import { KNOWS_LZ4 } from "../../dump/text";
import { analyzeTables } from "../analyze";
import type { OpenArchive } from "../archive-reader";
import { type EntryOptions, type RestoreEntry, restoreEntries } from "../dump-entries";
import { keyOf } from "../inventory";
import { bytesOfLine } from "../large-objects";
import { quoteName } from "../sql-text";
import { chosenTables, isPart, keysToOthers, tablesOfScope } from "./chosen-tables";
import { tableLoads } from "./load-tables";
import { runParallel } from "./parallel-steps";
import { type PostStage, planPostData, runPostData, takeEarly } from "./post-data";
import type { RestoreFollower } from "./progress";
import { isLacking, runEntries } from "./run-entries";
import { runLines } from "./run-lines";
import { withRestorers } from "./sessions";

export interface FillOptions {
  /** An empty database that nobody else uses. */
  spec: ConnectionSpec;
  archive: OpenArchive;
  tables?: readonly TableName[] | undefined;
  owners: "keep" | "none";
  analyze: boolean;
  connections: number;
  follower: RestoreFollower;
  signal?: AbortSignal | undefined;
}

export interface Filled {
  counts: Map<string, number>;
  foreignKeysLeft: ManifestForeignKey[];
  notes: BackupNote[];
}

/**
 * Restores an archive into an empty database: structure, rows, values of sequences, large objects, then indexes,
 * constraints and the rest; rows and indexes on several sessions. After a failure the database is of no use.
 * @throws DomainError restore.statement_failed, restore.part_alone, restore.rows_refused, backup.damaged; the signal's
 *   reason
 */
export async function fillDatabase(options: FillOptions): Promise<Filled> {
  const { archive, follower, signal } = options;
  return withRestorers(options.spec, options.connections, signal, async (clients) => {
    const [first] = clients;
    const entryOptions = await readEntryOptions(first, options.owners);
    const tables = chosenTables(archive.manifest, options.tables);
    const { emptyPartitioned = [] } = archive.manifest;
    const apart = isPart(archive.manifest);
    const chosen = options.tables ?? (apart ? [...tables, ...emptyPartitioned] : undefined);
    const post = restoreEntries(await textOf(archive, "post_data"), entryOptions);
    const onStep = (done: number) => follower.stepped(done);
    const { stages, left } = withoutNeighbours(
      await planPostData(post.entries, tables, onStep),
      chosen ? keysToOthers(archive.manifest, chosen) : [],
    );
    follower.expect(tables);
    follower.expectSteps(stages.reduce((sum, stage) => sum + stepsOf(stage), 0));
    follower.begin("structure");
    const pre = restoreEntries(await textOf(archive, "pre_data"), entryOptions);
    await first.query(pre.header);
    const notes = [...pre.notes];
    await makeSchemas(first, tablesOfScope(archive.manifest) ?? []);
    notes.push(
      ...(await runEntries(first, pre.entries, { nested: false, apart, signal }).catch(toPartAlone(apart))),
    );
    follower.begin("data");
    const onPhase = (phase: "indexes" | "constraints") => follower.begin(phase);
    const loads = tableLoads(archive, apart ? withoutAbsent(tables, pre.entries) : tables, follower, {
      onLast: () => onPhase("indexes"),
    });
    // An index may call a function that reads another table: it waits for that one's rows only where they are closed.
    const filled = new Set(loads.steps.flatMap((step) => step.tables));
    const early = loads.closed ? takeEarly(stages, filled) : [];
    await runParallel(clients, [...loads.steps, ...early], signal);
    await restoreValues(first, archive, options);
    notes.push(...(await runPostData(clients, stages, { onPhase, onStep, apart, signal })));
    if (options.analyze) {
      follower.begin("analyzing");
      await analyzeTables(first);
    }
    // Everything before it was committed without waiting for the disk; this waits.
    await first.query("SET synchronous_commit = on");
    await first.query("SELECT pg_catalog.pg_current_xact_id()");
    return { counts: loads.counts, foreignKeysLeft: left, notes };
  });
}

/** Partitions without what they are a part of take their rows themselves. */
function withoutAbsent(
  tables: readonly ManifestTable[],
  structure: readonly RestoreEntry[],
): ManifestTable[] {
  const made = new Set(structure.filter(({ type }) => type === "TABLE").map(keyOf));
  return tables.map((table) => {
    const { loadInto, ...alone } = table;
    return loadInto && !made.has(keyOf(loadInto)) ? alone : table;
  });
}

/** Chosen tables come without their schemas. */
async function makeSchemas(client: pg.Client, tables: readonly TableName[]): Promise<void> {
  for (const schema of new Set(tables.map((table) => table.schema)))
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteName(schema)}`);
}

/** Tables may have types that are not among what was chosen: that says nothing about the archive. */
function toPartAlone(apart: boolean): (error: unknown) => never {
  return (error) => {
    if (!apart || !(error instanceof DomainError) || !isLacking(error.details.sqlState)) throw error;
    const { object, reason } = error.details as { object: string; reason: string };
    throw new DomainError(
      "precondition",
      "restore.part_alone",
      `${object} needs more of its database than this backup of a part holds: ${reason}`,
      {
        details: { object, reason },
        hint: "Restore it into the database that it is from, or back up more of it.",
        cause: error,
      },
    );
  };
}

const stepsOf = (stage: PostStage): number =>
  stage.kind === "serial" ? stage.entries.length : stage.steps.length + stage.after.length;

export function filesOf(archive: OpenArchive, kind: ManifestFile["kind"]): ManifestFile[] {
  return archive.manifest.files.filter((file) => file.kind === kind);
}

export async function textOf(archive: OpenArchive, kind: ManifestFile["kind"]): Promise<string> {
  const texts = await Promise.all(filesOf(archive, kind).map((file) => archive.readText(file)));
  return texts.join("");
}

/** Values of sequences, and, of a whole database, large objects. */
export async function restoreValues(
  client: pg.Client,
  archive: OpenArchive,
  { tables, owners, follower }: Pick<FillOptions, "tables" | "owners" | "follower">,
): Promise<void> {
  for (const file of filesOf(archive, "sequences")) await runLines(client, archive.read(file));
  if (tables) return;
  const plain = (line: string) => !/^(ALTER|GRANT|REVOKE|SET SESSION AUTHORIZATION) /.test(line);
  const files = filesOf(archive, "large_objects");
  if (files.length > 0) follower.beginLargeObjects(archive.manifest.largeObjects.bytes);
  for (const file of files) {
    await runLines(client, archive.read(file), (line) => {
      follower.largeObject(bytesOfLine(line));
      return owners !== "none" || plain(line);
    });
  }
}

/** What the server of a restore has of what entries of a dump may need. */
export async function readEntryOptions(
  client: pg.Client,
  owners: EntryOptions["owners"],
): Promise<EntryOptions> {
  const { rows } = await client.query<{ tablespaces: string[]; lz4: boolean }>(
    `SELECT array_agg(spcname::text) AS tablespaces, ${KNOWS_LZ4} AS lz4 FROM pg_catalog.pg_tablespace`,
  );
  const { tablespaces = [], lz4 = true } = rows[0] ?? {};
  return { major: serverMajor(client), owners, tablespaces: new Set(tablespaces), lz4 };
}

/** With chosen tables only, a foreign key between them and one without rows would fail: it is left out and named. */
function withoutNeighbours(
  stages: PostStage[],
  left: ManifestForeignKey[],
): { stages: PostStage[]; left: ManifestForeignKey[] } {
  const names = new Set(left.map((key) => `${key.table.schema}\0${key.table.name} ${key.name}`));
  const kept = stages.map((stage): PostStage => {
    if (stage.kind === "serial") return stage;
    const steps = stage.steps.filter(({ entry }) => !names.has(`${entry.schema}\0${entry.name}`));
    return { ...stage, steps };
  });
  return { stages: kept, left };
}
