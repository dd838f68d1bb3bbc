import type { Node } from "../parser";
import { optionsOf } from "../transaction-need";
import { relationName } from "../tree";
import type { Known, LockMode } from "../types";
import { type FactsBuilder, strongerLock } from "./builder";
import { columnFacts, constraintFacts } from "./columns";
import { typeText } from "./knowledge";
import { typeChangeRewrites } from "./type-change";

const WEAK: LockMode = "SHARE UPDATE EXCLUSIVE";
const WRITES: LockMode = "SHARE ROW EXCLUSIVE";
const FULL: LockMode = "ACCESS EXCLUSIVE";

/** Subcommands below ACCESS EXCLUSIVE (tablecmds.c, AlterTableGetLockLevel; documentation: ALTER TABLE). */
const LEVELS: Record<string, LockMode> = {
  AT_SetStatistics: WEAK,
  AT_SetOptions: WEAK,
  AT_ResetOptions: WEAK,
  AT_ClusterOn: WEAK,
  AT_DropCluster: WEAK,
  AT_ValidateConstraint: WEAK,
  AT_AttachPartition: WEAK,
  AT_DetachPartitionFinalize: WEAK,
  AT_EnableTrig: WRITES,
  AT_EnableAlwaysTrig: WRITES,
  AT_EnableReplicaTrig: WRITES,
  AT_DisableTrig: WRITES,
  AT_EnableTrigAll: WRITES,
  AT_DisableTrigAll: WRITES,
  AT_EnableTrigUser: WRITES,
  AT_DisableTrigUser: WRITES,
};

/** Storage parameters that need ACCESS EXCLUSIVE (reloptions.c); all others need SHARE UPDATE EXCLUSIVE. */
const STRONG_OPTIONS = new Set([
  "user_catalog_table",
  "security_barrier",
  "security_invoker",
  "check_option",
  "buffering",
  "fastupdate",
  "gin_pending_list_limit",
  "pages_per_range",
  "autosummarize",
]);

interface Command {
  subtype?: string;
  name?: string;
  def?: Node;
}

/** ALTER TABLE, and what is parsed as it: ALTER INDEX, VIEW, SEQUENCE, FOREIGN TABLE, MATERIALIZED VIEW, TYPE. */
export function alterTableFacts(
  stmt: { relation?: { relname?: string; schemaname?: string }; cmds?: Node[]; objtype?: string },
  facts: FactsBuilder,
): void {
  if (stmt.objtype === "OBJECT_TYPE") return;
  const table = relationName(stmt.relation);
  let level: LockMode | null = null;
  for (const node of stmt.cmds ?? []) {
    if (!("AlterTableCmd" in node)) continue;
    const command = node.AlterTableCmd;
    const needed = commandLevel(command);
    level = level ? strongerLock(level, needed) : needed;
    commandFacts(table, command, facts, stmt.cmds ?? []);
  }
  facts.lock(table, level ?? FULL);
}

function commandLevel({ subtype = "", def }: Command): LockMode {
  if (subtype === "AT_AddConstraint" && def && "Constraint" in def) {
    return def.Constraint.contype === "CONSTR_FOREIGN" ? WRITES : FULL;
  }
  if (subtype === "AT_SetRelOptions" || subtype === "AT_ResetRelOptions") {
    const options = def && "List" in def ? [...optionsOf(def.List.items).keys()] : [];
    return options.some((name) => STRONG_OPTIONS.has(name)) ? FULL : WEAK;
  }
  if (subtype === "AT_DetachPartition" && def && "PartitionCmd" in def && def.PartitionCmd.concurrent)
    return WEAK;
  return LEVELS[subtype] ?? FULL;
}

function commandFacts(table: string, command: Command, facts: FactsBuilder, siblings: Node[]): void {
  const { subtype = "", name = "", def } = command;
  switch (subtype) {
    case "AT_AddColumn":
      if (def && "ColumnDef" in def) columnFacts(table, def.ColumnDef, facts);
      return;
    case "AT_AlterColumnType":
      if (def && "ColumnDef" in def && def.ColumnDef.typeName) {
        const from = facts.knowledge.columnType(table, name);
        readsAndRewrites(
          facts,
          typeChangeRewrites(from, typeText(def.ColumnDef.typeName), def.ColumnDef.raw_default),
        );
      }
      return;
    case "AT_SetExpression":
    case "AT_SetAccessMethod":
    case "AT_SetLogged":
    case "AT_SetUnLogged":
      readsAndRewrites(facts, "yes");
      return;
    case "AT_SetTableSpace":
      // Its file is copied block by block under the lock, without reading rows.
      facts.rewrites("yes");
      return;
    case "AT_SetNotNull":
      if (facts.knowledge.provesNotNull(table, name)) return;
      facts.scans(facts.knowledge.mayProveNotNull(table) ? "unknown" : "yes");
      return;
    case "AT_AddConstraint":
      if (def && "Constraint" in def) constraintFacts(table, def.Constraint, facts);
      return;
    case "AT_ValidateConstraint":
      facts.scans("yes");
      facts.lock(facts.knowledge.referencedBy(table, name), "ROW SHARE");
      return;
    case "AT_DropConstraint":
      facts.lock(facts.knowledge.referencedBy(table, name), FULL);
      return;
    default:
      partitionFacts(command, facts, siblings);
  }
}

function readsAndRewrites(facts: FactsBuilder, answer: Known): void {
  facts.rewrites(answer);
  facts.scans(answer);
}

function partitionFacts({ subtype, def }: Command, facts: FactsBuilder, siblings: Node[]): void {
  if (subtype === "AT_AddInherit" || subtype === "AT_DropInherit") {
    const parent = def && "RangeVar" in def ? def.RangeVar : undefined;
    facts.lock(parent, subtype === "AT_AddInherit" ? WEAK : "ACCESS SHARE");
    return;
  }
  if (!def || !("PartitionCmd" in def)) return;
  const { name, concurrent } = def.PartitionCmd;
  if (subtype === "AT_AttachPartition") {
    facts.lock(name, FULL);
    // Skipped only when a CHECK already proves the partition's bounds; indexes of the parent are built on it too.
    facts.scans(siblings.length > 0 && facts.knowledge.isFresh(relationName(name)) ? "unknown" : "yes");
  }
  if (subtype === "AT_DetachPartition") facts.lock(name, concurrent ? WEAK : FULL);
  if (subtype === "AT_DetachPartitionFinalize") facts.lock(name, FULL);
}
