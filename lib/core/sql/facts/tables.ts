import type { Node } from "../parser";
import { isOn, optionsOf } from "../transaction-need";
import { nameParts, names, relationName } from "../tree";
import { LOCK_MODES, type LockMode } from "../types";
import type { FactsBuilder } from "./builder";

interface Range {
  schemaname?: string;
  relname?: string;
}

const FULL: LockMode = "ACCESS EXCLUSIVE";
const WEAK: LockMode = "SHARE UPDATE EXCLUSIVE";

/** CREATE TABLE locks what it hangs on: parents, sources of LIKE, referenced tables. */
export function createTableFacts(
  stmt: { inhRelations?: Node[]; partbound?: { is_default?: boolean }; tableElts?: Node[] },
  facts: FactsBuilder,
): void {
  for (const node of stmt.inhRelations ?? []) {
    if ("RangeVar" in node) facts.lock(node.RangeVar, stmt.partbound ? FULL : WEAK);
  }
  // Rows of a default partition that would belong here are looked for, when there is one.
  if (stmt.partbound && !stmt.partbound.is_default) facts.scans("unknown");
  for (const element of stmt.tableElts ?? []) {
    if ("TableLikeClause" in element) facts.lock(element.TableLikeClause.relation, "ACCESS SHARE");
    if ("Constraint" in element) referenced(element.Constraint, facts);
    if ("ColumnDef" in element) {
      for (const node of element.ColumnDef.constraints ?? [])
        if ("Constraint" in node) referenced(node.Constraint, facts);
    }
  }
}

function referenced(constraint: { contype?: string; pktable?: Range }, facts: FactsBuilder): void {
  if (constraint.contype === "CONSTR_FOREIGN") facts.lock(constraint.pktable, "SHARE ROW EXCLUSIVE");
}

export function createIndexFacts(
  stmt: { relation?: Range & { inh?: boolean }; concurrent?: boolean },
  facts: FactsBuilder,
): void {
  facts.lock(stmt.relation, stmt.concurrent ? WEAK : "SHARE");
  // ON ONLY a partitioned table makes an index without its partitions; of a plain table it is built as ever.
  facts.scans(stmt.relation?.inh ? "yes" : "unknown");
}

/** DROP of whatever is, or hangs on, a relation. */
export function dropFacts(
  stmt: { objects?: Node[]; removeType?: string; behavior?: string; concurrent?: boolean },
  facts: FactsBuilder,
): void {
  const type = stmt.removeType ?? "";
  const mode = stmt.concurrent ? WEAK : FULL;
  for (const object of stmt.objects ?? []) {
    const parts = nameParts(object);
    const name = parts.join(".");
    if (type === "OBJECT_INDEX") {
      facts.lock(name, mode);
      facts.lock(facts.knowledge.tableOfIndex(name), mode);
    } else if (
      ["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE"].includes(
        type,
      )
    ) {
      facts.lock(name, FULL);
      if (type === "OBJECT_TABLE")
        for (const table of facts.knowledge.references(name)) facts.lock(table, FULL);
    } else if (["OBJECT_TRIGGER", "OBJECT_RULE", "OBJECT_POLICY"].includes(type))
      facts.lock(parts.slice(0, -1).join("."), FULL);
  }
}

export function renameFacts(
  stmt: { renameType?: string; relationType?: string; relation?: Range },
  facts: FactsBuilder,
): void {
  const onRelation = [
    "TABLE",
    "VIEW",
    "MATVIEW",
    "SEQUENCE",
    "FOREIGN_TABLE",
    "COLUMN",
    "TABCONSTRAINT",
    "TRIGGER",
    "RULE",
    "POLICY",
  ];
  const type = (stmt.renameType ?? "").replace("OBJECT_", "");
  if (type === "INDEX") facts.lock(stmt.relation, WEAK);
  else if (onRelation.includes(type)) facts.lock(stmt.relation, FULL);
}

export function lockFacts(stmt: { relations?: Node[]; mode?: number }, facts: FactsBuilder): void {
  const mode = LOCK_MODES[(stmt.mode ?? 8) - 1] ?? FULL;
  for (const node of stmt.relations ?? []) if ("RangeVar" in node) facts.lock(node.RangeVar, mode);
}

export function vacuumFacts(
  stmt: { options?: Node[]; rels?: Node[]; is_vacuumcmd?: boolean },
  facts: FactsBuilder,
): void {
  const options = optionsOf(stmt.options);
  const full = options.has("full") && isOn(options.get("full"), true);
  for (const node of stmt.rels ?? []) {
    if ("VacuumRelation" in node) facts.lock(node.VacuumRelation.relation, full ? FULL : WEAK);
  }
  if (stmt.is_vacuumcmd) facts.scans("yes");
  if (full) facts.rewrites("yes");
}

export function clusterFacts(stmt: { relation?: Range }, facts: FactsBuilder): void {
  facts.lock(stmt.relation, FULL);
  facts.rewrites("yes");
  facts.scans("yes");
}

export function reindexFacts(
  stmt: { kind?: string; relation?: Range; params?: Node[] },
  facts: FactsBuilder,
): void {
  const options = optionsOf(stmt.params);
  const concurrent = options.has("concurrently") && isOn(options.get("concurrently"), true);
  if (stmt.kind === "REINDEX_OBJECT_INDEX") {
    facts.lock(stmt.relation, concurrent ? WEAK : FULL);
    facts.lock(facts.knowledge.tableOfIndex(relationName(stmt.relation)), concurrent ? WEAK : "SHARE");
  } else facts.lock(stmt.relation, concurrent ? WEAK : "SHARE");
  facts.scans("yes");
}

export function refreshFacts(
  stmt: { relation?: Range; concurrent?: boolean; skipData?: boolean },
  facts: FactsBuilder,
): void {
  facts.lock(stmt.relation, stmt.concurrent ? "EXCLUSIVE" : FULL);
  if (!stmt.concurrent) facts.rewrites("yes");
  facts.scans("unknown");
}

/** COMMENT ON and SECURITY LABEL: on a relation, or on something that hangs on one. */
export function commentFacts(stmt: { objtype?: string; object?: Node }, facts: FactsBuilder): void {
  const parts = nameParts(stmt.object);
  const type = (stmt.objtype ?? "").replace("OBJECT_", "");
  if (["TABLE", "VIEW", "MATVIEW", "INDEX", "SEQUENCE", "FOREIGN_TABLE"].includes(type))
    facts.lock(parts.join("."), WEAK);
  else if (type === "COLUMN") facts.lock(parts.slice(0, -1).join("."), WEAK);
  else if (["TABCONSTRAINT", "TRIGGER", "RULE", "POLICY"].includes(type)) {
    facts.lock(parts.slice(0, -1).join("."), "ACCESS SHARE");
  }
}

/** From version 18 on, what rights are given on is locked against being dropped meanwhile. */
export function grantFacts(
  stmt: { objtype?: string; targtype?: string; objects?: Node[] },
  facts: FactsBuilder,
): void {
  const onRelations = stmt.objtype === "OBJECT_TABLE" || stmt.objtype === "OBJECT_SEQUENCE";
  if (facts.serverVersion < 18 || stmt.targtype !== "ACL_TARGET_OBJECT" || !onRelations) return;
  for (const node of stmt.objects ?? []) if ("RangeVar" in node) facts.lock(node.RangeVar, "ACCESS SHARE");
}

export function publicationFacts(stmt: { pubobjects?: Node[] }, facts: FactsBuilder): void {
  for (const node of stmt.pubobjects ?? []) {
    if ("PublicationObjSpec" in node) facts.lock(node.PublicationObjSpec.pubtable?.relation, WEAK);
  }
}

/** OWNED BY looks at its table. */
export function sequenceFacts(
  stmt: { options?: Node[]; sequence?: Range },
  alters: boolean,
  facts: FactsBuilder,
): void {
  if (alters) facts.lock(stmt.sequence, "SHARE ROW EXCLUSIVE");
  for (const node of stmt.options ?? []) {
    if (!("DefElem" in node) || node.DefElem.defname !== "owned_by") continue;
    const parts = node.DefElem.arg && "List" in node.DefElem.arg ? names(node.DefElem.arg.List.items) : [];
    if (parts.length > 1) facts.lock(parts.slice(0, -1).join("."), "ACCESS SHARE");
  }
}
