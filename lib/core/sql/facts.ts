import { maskSecrets } from "../query/mask";
import { alterTableFacts } from "./facts/alter-table";
import { FactsBuilder } from "./facts/builder";
import { type FactCatalog, Knowledge } from "./facts/knowledge";
import {
  clusterFacts,
  commentFacts,
  createIndexFacts,
  createTableFacts,
  dropFacts,
  grantFacts,
  lockFacts,
  publicationFacts,
  refreshFacts,
  reindexFacts,
  renameFacts,
  sequenceFacts,
  vacuumFacts,
} from "./facts/tables";
import { treeOf } from "./parse-script";
import type { Node } from "./parser";
import { relationName } from "./tree";
import type { ParsedScript, Statement, StatementFacts } from "./types";
import { keepsAllRows } from "./written-rows";

export type { FactCatalog } from "./facts/knowledge";

export interface FactOptions {
  /** Major version the script is meant for. */
  serverVersion: number;
  file?: string;
  /** What the target's catalog adds; without it, some answers are `unknown` and some locks are missing. */
  catalog?: FactCatalog;
}

/**
 * What each statement does by its form: locks, rewrites, scans (documentation: "Explicit Locking", ALTER TABLE).
 * Relations that the script itself makes are marked `fresh`: nobody waits for them.
 */
export function statementFacts(parsed: ParsedScript, options: FactOptions): StatementFacts[] {
  const knowledge = new Knowledge(options.catalog);
  return parsed.statements.map((statement) => {
    const tree = treeOf(statement);
    const facts = factsOf(statement, tree, knowledge, options);
    if (tree) knowledge.learn(tree, 0);
    return facts;
  });
}

/** Facts of one statement, given what is known before it. */
export function factsOf(
  statement: Statement,
  tree: Node | null,
  knowledge: Knowledge,
  options: FactOptions,
): StatementFacts {
  const facts = new FactsBuilder(knowledge, options.serverVersion);
  if (tree) gather(tree, facts);
  return {
    ...(options.file === undefined ? {} : { file: options.file }),
    index: statement.index,
    line: statement.line,
    statement: maskSecrets(statement.text),
    locks: facts.locks,
    rewrite: facts.rewrite,
    scan: facts.scan,
  };
}

type Bodies = {
  [K in Node extends infer N ? (N extends Node ? keyof N : never) : never]: Extract<
    Node,
    Record<K, unknown>
  >[K];
};
type Gatherers = { [K in keyof Bodies]?: (stmt: Bodies[K], facts: FactsBuilder) => void };

function unknownEffect(_: unknown, facts: FactsBuilder): void {
  facts.rewrites("unknown");
  facts.scans("unknown");
}

function dataFacts(
  stmt: { relation?: { relname?: string; schemaname?: string }; whereClause?: Node },
  facts: FactsBuilder,
  scan: "yes" | "unknown" | "no",
): void {
  facts.lock(stmt.relation, "ROW EXCLUSIVE");
  facts.reads(stmt);
  facts.scans(scan);
}

/** One row a statement; what is not here locks no relation, rewrites and reads nothing. */
const GATHERERS: Gatherers = {
  AlterTableStmt: alterTableFacts,
  CreateStmt: createTableFacts,
  CreateForeignTableStmt: (stmt, facts) => createTableFacts(stmt.base ?? {}, facts),
  IndexStmt: createIndexFacts,
  DropStmt: dropFacts,
  RenameStmt: renameFacts,
  LockStmt: lockFacts,
  VacuumStmt: vacuumFacts,
  ClusterStmt: clusterFacts,
  ReindexStmt: reindexFacts,
  RefreshMatViewStmt: refreshFacts,
  CommentStmt: commentFacts,
  SecLabelStmt: commentFacts,
  GrantStmt: grantFacts,
  CreatePublicationStmt: publicationFacts,
  AlterPublicationStmt: publicationFacts,
  CreateSeqStmt: (stmt, facts) => sequenceFacts(stmt, false, facts),
  AlterSeqStmt: (stmt, facts) => sequenceFacts(stmt, true, facts),
  AlterObjectSchemaStmt: (stmt, facts) => facts.lock(stmt.relation, "ACCESS EXCLUSIVE"),
  AlterObjectDependsStmt: (stmt, facts) => facts.lock(stmt.relation, "ACCESS EXCLUSIVE"),
  TruncateStmt: (stmt, facts) => {
    for (const node of stmt.relations ?? [])
      if ("RangeVar" in node) facts.lock(node.RangeVar, "ACCESS EXCLUSIVE");
  },
  CreateTrigStmt: (stmt, facts) => {
    facts.lock(stmt.relation, "SHARE ROW EXCLUSIVE");
    facts.lock(stmt.constrrel, "ACCESS SHARE");
  },
  RuleStmt: (stmt, facts) => {
    facts.lock(stmt.relation, "ACCESS EXCLUSIVE");
    for (const { relation, writes } of actionsOf(stmt.actions)) {
      facts.lock(relation, writes ? "ROW EXCLUSIVE" : "ACCESS SHARE");
    }
  },
  CreatePolicyStmt: (stmt, facts) => {
    facts.lock(stmt.table, "ACCESS EXCLUSIVE");
    facts.reads([stmt.qual, stmt.with_check]);
  },
  AlterPolicyStmt: (stmt, facts) => {
    facts.lock(stmt.table, "ACCESS EXCLUSIVE");
    facts.reads([stmt.qual, stmt.with_check]);
  },
  CreateStatsStmt: (stmt, facts) => {
    for (const node of stmt.relations ?? [])
      if ("RangeVar" in node) facts.lock(node.RangeVar, "SHARE UPDATE EXCLUSIVE");
  },
  ViewStmt: (stmt, facts) => {
    if (stmt.replace) facts.lock(stmt.view, "ACCESS EXCLUSIVE");
    facts.reads(stmt.query);
  },
  CreateTableAsStmt: (stmt, facts) => {
    facts.reads(stmt.query);
    facts.scans(stmt.into?.skipData || !readsTables(stmt.query) ? "no" : "unknown");
  },
  SelectStmt: (stmt, facts) => {
    facts.reads(stmt);
    facts.scans(readsTables(stmt) ? "unknown" : "no");
  },
  InsertStmt: (stmt, facts) => dataFacts(stmt, facts, readsTables(stmt.selectStmt) ? "unknown" : "no"),
  UpdateStmt: (stmt, facts) => dataFacts(stmt, facts, keepsAllRows(stmt.whereClause) ? "yes" : "unknown"),
  DeleteStmt: (stmt, facts) => dataFacts(stmt, facts, keepsAllRows(stmt.whereClause) ? "yes" : "unknown"),
  MergeStmt: (stmt, facts) => dataFacts(stmt, facts, "unknown"),
  CopyStmt: (stmt, facts) => {
    facts.lock(stmt.relation, stmt.is_from ? "ROW EXCLUSIVE" : "ACCESS SHARE");
    if (stmt.query) facts.reads(stmt.query);
    facts.scans(stmt.is_from ? "no" : stmt.relation ? "yes" : "unknown");
  },
  CreateFunctionStmt: (stmt, facts) => facts.reads(stmt.sql_body),
  ExplainStmt: (stmt, facts) => stmt.query && gather(stmt.query, facts),
  DeclareCursorStmt: (stmt, facts) => stmt.query && gather(stmt.query, facts),
  DoStmt: unknownEffect,
  CallStmt: unknownEffect,
  ExecuteStmt: unknownEffect,
  AlterExtensionStmt: unknownEffect,
  CreateExtensionStmt: unknownEffect,
  DropOwnedStmt: unknownEffect,
  AlterDomainStmt: (stmt, facts) => {
    // The tables that use the domain are read under a SHARE lock; only the catalog knows them.
    const validates = stmt.subtype === "C" || stmt.subtype === "O" || stmt.subtype === "V";
    if (validates) facts.scans("unknown");
  },
};

function gather(tree: Node, facts: FactsBuilder): void {
  const [name, body] = Object.entries(tree)[0] ?? [];
  if (name === undefined) return;
  const gatherer = GATHERERS[name as keyof Gatherers] as
    | ((stmt: unknown, facts: FactsBuilder) => void)
    | undefined;
  gatherer?.(body, facts);
}

function readsTables(query: unknown): boolean {
  const facts = new FactsBuilder(new Knowledge(), 0);
  facts.reads(query);
  return facts.locks.length > 0;
}

function actionsOf(actions: readonly Node[] | undefined): { relation: string; writes: boolean }[] {
  return (actions ?? []).flatMap((action) => {
    const body = Object.values(action)[0] as
      | { relation?: { relname?: string; schemaname?: string } }
      | undefined;
    return body?.relation
      ? [{ relation: relationName(body.relation), writes: !("NotifyStmt" in action) }]
      : [];
  });
}
