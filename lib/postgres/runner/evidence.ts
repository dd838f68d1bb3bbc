import type pg from "pg";
import { treeOf } from "../../core/sql/parse-script";
import { nameParts } from "../../core/sql/tree";
import type { Statement } from "../../core/sql/types";

/**
 * Whether a statement that runs outside of a transaction took effect before its session was lost, by what the
 * catalogs hold. `unknown` is for a person to settle.
 */
export type Evidence = { verdict: "done" | "not_done" | "unknown"; words: string };

/** Doing them again does no harm and leaves the same state. */
const REPEATABLE = new Set(["VacuumStmt", "ReindexStmt", "ClusterStmt", "AlterSystemStmt"]);

/** @param client a session of ours, with the runner's lock: nothing of the lost session runs any more */
export async function findEvidence(client: pg.Client, statement: Statement): Promise<Evidence> {
  const tree = treeOf(statement);
  if (tree && "IndexStmt" in tree) return indexEvidence(client, statement);
  if (tree && "DropStmt" in tree) {
    const names = (tree.DropStmt.objects ?? []).map((object) => nameParts(object));
    const left = await Promise.all(names.map((name) => exists(client, name)));
    if (left.every((one) => !one)) return { verdict: "done", words: "The index is gone." };
    return { verdict: "not_done", words: "The index is still there." };
  }
  if (tree && "CreatedbStmt" in tree) return databaseEvidence(client, tree.CreatedbStmt.dbname ?? "", true);
  if (tree && "DropdbStmt" in tree) return databaseEvidence(client, tree.DropdbStmt.dbname ?? "", false);
  if (tree && "AlterTableStmt" in tree) return detachEvidence(client, statement);
  if (REPEATABLE.has(statement.node))
    return { verdict: "not_done", words: "It is repeated, which does no harm." };
  return {
    verdict: "unknown",
    words: `Whether line ${statement.line} took effect cannot be read from the catalogs.`,
  };
}

async function databaseEvidence(client: pg.Client, name: string, wanted: boolean): Promise<Evidence> {
  const found = await client.query("SELECT FROM pg_catalog.pg_database WHERE datname = $1", [name]);
  const there = (found.rowCount ?? 0) > 0;
  return {
    verdict: there === wanted ? "done" : "not_done",
    words: there ? `The database ${name} exists.` : `The database ${name} does not exist.`,
  };
}

async function exists(client: pg.Client, name: string[]): Promise<boolean> {
  const found = await client.query<{ found: boolean }>(
    "SELECT pg_catalog.to_regclass($1) IS NOT NULL AS found",
    [quoteName(name)],
  );
  return found.rows[0]?.found ?? false;
}

function quoteName(parts: readonly string[]): string {
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(".");
}

export interface IndexState {
  /** Schema-qualified and quoted. */
  name: string;
  valid: boolean;
  /** Process that builds it at this moment. */
  builder: number | null;
}

/** The index that CREATE INDEX CONCURRENTLY makes, as it is now; null: there is none, or it has no name of its own. */
export async function readIndexState(client: pg.Client, statement: Statement): Promise<IndexState | null> {
  const tree = treeOf(statement);
  if (!tree || !("IndexStmt" in tree)) return null;
  const { idxname, relation } = tree.IndexStmt;
  if (!idxname || !relation?.relname) return null;
  const table = quoteName(
    [relation.schemaname, relation.relname].filter((part): part is string => Boolean(part)),
  );
  const found = await client.query<IndexState>(
    `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name, i.indisvalid AS valid,
       (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = c.oid LIMIT 1) AS builder
     FROM pg_catalog.pg_class t
     JOIN pg_catalog.pg_class c ON c.relnamespace = t.relnamespace AND c.relname = $2
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid AND i.indrelid = t.oid
     WHERE t.oid = pg_catalog.to_regclass($1)`,
    [table, idxname],
  );
  return found.rows[0] ?? null;
}

async function indexEvidence(client: pg.Client, statement: Statement): Promise<Evidence> {
  const tree = treeOf(statement);
  const named = tree && "IndexStmt" in tree && Boolean(tree.IndexStmt.idxname);
  if (!named)
    return { verdict: "unknown", words: "The index has no name in the script, so it cannot be told apart." };
  const state = await readIndexState(client, statement);
  if (!state) return { verdict: "not_done", words: "The index was not made." };
  if (state.valid) return { verdict: "done", words: `The index ${state.name} is there and valid.` };
  if (state.builder !== null)
    return { verdict: "unknown", words: `Process ${state.builder} is building ${state.name}.` };
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${state.name}`);
  return {
    verdict: "not_done",
    words: `The INVALID index ${state.name} that was left behind was dropped; it is built anew.`,
  };
}

async function detachEvidence(client: pg.Client, statement: Statement): Promise<Evidence> {
  const tree = treeOf(statement);
  const unknown: Evidence = {
    verdict: "unknown",
    words: "Whether the partition was detached cannot be read from the catalogs.",
  };
  if (!tree || !("AlterTableStmt" in tree)) return unknown;
  const [command] = tree.AlterTableStmt.cmds ?? [];
  const def = command && "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
  const parent = tree.AlterTableStmt.relation;
  if (!def || !("PartitionCmd" in def) || !parent?.relname) return unknown;
  const part = def.PartitionCmd.name;
  const name = (range: { schemaname?: string; relname?: string } | undefined) =>
    quoteName([range?.schemaname, range?.relname].filter((one): one is string => Boolean(one)));
  const found = await client.query<{ pending: boolean }>(
    "SELECT inhdetachpending AS pending FROM pg_catalog.pg_inherits WHERE inhparent = pg_catalog.to_regclass($1) AND inhrelid = pg_catalog.to_regclass($2)",
    [name(parent), name(part)],
  );
  const row = found.rows[0];
  if (!row) return { verdict: "done", words: "The partition is detached." };
  if (!row.pending) return { verdict: "not_done", words: "The partition is still attached." };
  await client.query(`ALTER TABLE ${name(parent)} DETACH PARTITION ${name(part)} FINALIZE`);
  return { verdict: "done", words: "The detachment that was left half-way was finished." };
}
