import { isOn, optionsOf } from "../../sql/transaction-need";
import { relationName } from "../../sql/tree";
import { insertAfter } from "../rewrite";
import { defineRule } from "../rule";

const TOOL = "Use an online tool such as pg_repack or pg_squeeze, or do it in a window without traffic.";

export const vacuumFull = defineRule({
  code: "vacuum-full",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "VACUUM FULL writes {relation} anew",
  message:
    "VACUUM FULL copies {relation} under an ACCESS EXCLUSIVE lock; nobody can read or write it until the copy is done.",
  suggestion: `A plain VACUUM lets reads and writes go on. ${TOOL}`,
  on: "VacuumStmt",
  check: (stmt) => {
    const options = optionsOf(stmt.options);
    if (!stmt.is_vacuumcmd || !options.has("full") || !isOn(options.get("full"), true)) return [];
    const relations = (stmt.rels ?? []).map((node) =>
      "VacuumRelation" in node ? relationName(node.VacuumRelation.relation) : "",
    );
    const relation = relations.join(", ") || "every table";
    return [{ relation, lock: "ACCESS EXCLUSIVE", params: { relation } }];
  },
});

export const clusterTable = defineRule({
  code: "cluster-table",
  severity: "danger",
  effect: "blocks_reads_and_writes",
  title: "CLUSTER writes {relation} anew",
  message:
    "CLUSTER copies {relation} in the order of an index under an ACCESS EXCLUSIVE lock; nobody can read or write it until the copy is done.",
  suggestion: TOOL,
  on: "ClusterStmt",
  check: (stmt, { knowledge }) => {
    const relation = relationName(stmt.relation) || "every table";
    return knowledge.isFresh(relation) ? [] : [{ relation, lock: "ACCESS EXCLUSIVE", params: { relation } }];
  },
});

export const refreshView = defineRule({
  code: "refresh-without-concurrently",
  severity: "warning",
  effect: "blocks_reads_and_writes",
  title: "{relation} cannot be read while it is refreshed",
  message:
    "REFRESH MATERIALIZED VIEW takes an ACCESS EXCLUSIVE lock on {relation} until its query has run to the end.",
  suggestion:
    "Use REFRESH MATERIALIZED VIEW CONCURRENTLY; the view needs a unique index on plain columns for it.",
  on: "RefreshMatViewStmt",
  check: (stmt, { knowledge, statement }) => {
    const relation = relationName(stmt.relation);
    if (stmt.concurrent || knowledge.isFresh(relation)) return [];
    const sql = stmt.skipData
      ? null
      : insertAfter(statement.text, /^refresh\s+materialized\s+view/i, "CONCURRENTLY");
    return [
      {
        relation,
        lock: "ACCESS EXCLUSIVE",
        params: { relation },
        ...(sql ? { fix: { sql: `${sql};\n`, ownMigration: false } } : {}),
      },
    ];
  },
});
