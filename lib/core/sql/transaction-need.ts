import type { Node } from "./parser";
import type { TransactionNeed } from "./types";

/** The options of a statement by name: `(CONCURRENTLY, TABLESPACE x)`, `WITH (create_slot = false)`. */
export function optionsOf(nodes: readonly Node[] | undefined): Map<string, string> {
  const options = new Map<string, string>();
  for (const node of nodes ?? []) {
    if (!("DefElem" in node)) continue;
    const { defname, arg } = node.DefElem;
    if (defname) options.set(defname.toLowerCase(), arg ? scalarText(arg) : "true");
  }
  return options;
}

/** Text of a constant, a name or a list of names. */
export function scalarText(node: Node): string {
  if ("String" in node) return node.String.sval ?? "";
  if ("Integer" in node) return String(node.Integer.ival ?? 0);
  if ("Float" in node) return node.Float.fval ?? "";
  if ("Boolean" in node) return String(node.Boolean.boolval ?? false);
  if ("A_Const" in node) {
    const { sval, ival, fval, boolval } = node.A_Const;
    if (sval) return sval.sval ?? "";
    if (fval) return fval.fval ?? "";
    if (boolval) return String(boolval.boolval ?? false);
    return ival ? String(ival.ival ?? 0) : "";
  }
  if ("TypeName" in node) return (node.TypeName.names ?? []).map(scalarText).join(".");
  if ("List" in node) return (node.List.items ?? []).map(scalarText).join(".");
  return "";
}

/** Whether an option is on; PostgreSQL takes true, on, yes, 1 and the bare name. */
export function isOn(value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  return ["true", "on", "yes", "1", ""].includes(value.toLowerCase());
}

function refreshes(kind: string | undefined, options: Map<string, string>): boolean {
  if (kind === "ALTER_SUBSCRIPTION_REFRESH" || kind === "ALTER_SUBSCRIPTION_REFRESH_PUBLICATION") return true;
  if (kind === "ALTER_SUBSCRIPTION_OPTIONS") return options.has("failover") || options.has("two_phase");
  const changesList = /^ALTER_SUBSCRIPTION_(SET|ADD|DROP)_PUBLICATION$/.test(kind ?? "");
  return changesList && isOn(options.get("refresh"), true);
}

/**
 * What a statement asks of the transaction around it, by PostgreSQL's calls of PreventInTransactionBlock (14 to 18).
 * What depends on the catalog counts as `inside`: REINDEX and CLUSTER of partitioned tables, and procedures or DO
 * blocks that commit; their scripts say `transaction=none`.
 */
export function transactionNeed(tree: Node): TransactionNeed {
  if ("TransactionStmt" in tree) return "control";
  return runsOutside(tree) ? "outside" : "inside";
}

function runsOutside(tree: Node): boolean {
  if ("IndexStmt" in tree) return tree.IndexStmt.concurrent === true;
  if ("DropStmt" in tree) return tree.DropStmt.concurrent === true;
  if ("ReindexStmt" in tree) {
    const { kind, params } = tree.ReindexStmt;
    const wide =
      kind === "REINDEX_OBJECT_SCHEMA" ||
      kind === "REINDEX_OBJECT_SYSTEM" ||
      kind === "REINDEX_OBJECT_DATABASE";
    const options = optionsOf(params);
    return wide || (options.has("concurrently") && isOn(options.get("concurrently"), true));
  }
  if ("AlterTableStmt" in tree) {
    return (tree.AlterTableStmt.cmds ?? []).some((node) => {
      const cmd = "AlterTableCmd" in node ? node.AlterTableCmd : undefined;
      const def = cmd?.def;
      return (
        cmd?.subtype === "AT_DetachPartition" &&
        !!def &&
        "PartitionCmd" in def &&
        def.PartitionCmd.concurrent === true
      );
    });
  }
  if ("VacuumStmt" in tree) return tree.VacuumStmt.is_vacuumcmd === true;
  if ("ClusterStmt" in tree) return tree.ClusterStmt.relation === undefined;
  if ("AlterDatabaseStmt" in tree) return optionsOf(tree.AlterDatabaseStmt.options).has("tablespace");
  if ("CreateSubscriptionStmt" in tree) {
    const options = optionsOf(tree.CreateSubscriptionStmt.options);
    return isOn(options.get("connect"), true) && isOn(options.get("create_slot"), true);
  }
  if ("AlterSubscriptionStmt" in tree) {
    const { kind, options } = tree.AlterSubscriptionStmt;
    return refreshes(kind, optionsOf(options));
  }
  return OUTSIDE.has(Object.keys(tree)[0] ?? "");
}

const OUTSIDE = new Set([
  "CreatedbStmt",
  "DropdbStmt",
  "CreateTableSpaceStmt",
  "DropTableSpaceStmt",
  "AlterSystemStmt",
  "DropSubscriptionStmt",
]);
