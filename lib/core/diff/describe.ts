import { type ColumnBody, relationOf } from "../schema/kinds/column";
import { columnWith } from "../schema/kinds/default";
import { columnsOf, tableBody } from "../schema/kinds/table";
import { nameOfId } from "../schema/lookups";
import type { Fact, FactId, Kind, Snapshot } from "../schema/types";
import type { Difference } from "./compare";

/** What a page calls the kind; keys of constraints and tables are told apart further than the engine does. */
export type ChangedKind =
  | Exclude<Kind, "constraint" | "domain_constraint" | "default">
  | "primary_key"
  | "unique"
  | "foreign_key"
  | "check"
  | "exclusion"
  | "default"
  | "foreign_table"
  | "partition"
  | "procedure";

/** One line of "what the schema will be": SQL fragments, for people. */
export interface SchemaChange {
  change: "added" | "removed" | "changed";
  kind: ChangedKind;
  /** The object: `public.orders.total`. */
  name: string;
  /** The table or view that it is part of; null: it stands by itself. */
  relation: string | null;
  before: string | null;
  after: string | null;
  /** Owner, comment or privileges changed and nothing else. */
  only?: "owner" | "comment" | "acl";
}

/**
 * Differences as lines for people: parts of a table that is added or removed are told with the table, changes of
 * the same object in one line, tables first.
 */
export function describeChanges(differences: Difference[], from: Snapshot, to: Snapshot): SchemaChange[] {
  const whole = new Map(
    differences.filter((one) => one.change !== "changed").map((one) => [one.id, one.change]),
  );
  const lines: SchemaChange[] = [];
  for (const difference of differences) {
    const fact = (difference.to ?? difference.from) as Fact;
    if (fact.parent !== null && whole.get(fact.parent) === difference.change) continue;
    if (goesWithColumn(fact, difference, whole)) continue;
    lines.push(lineOf(difference, fact, from, to));
  }
  return lines.sort((a, b) => orderOf(a).localeCompare(orderOf(b)));
}

function orderOf(line: SchemaChange): string {
  return `${line.relation ?? line.name}\u0000${line.relation === null ? 0 : 1}\u0000${line.name}`;
}

/** The default of a new column is written with the column. */
function goesWithColumn(fact: Fact, difference: Difference, whole: Map<FactId, string>): boolean {
  return fact.kind === "default" && whole.get(columnWith(fact)) === difference.change;
}

function lineOf(difference: Difference, fact: Fact, from: Snapshot, to: Snapshot): SchemaChange {
  const parts = difference.parts.filter((part) => part !== "body");
  const only = difference.parts.includes("body") ? undefined : parts[0];
  const state = (one: Fact | null, snapshot: Snapshot) => {
    if (one === null) return null;
    if (only === "owner" || only === "comment" || only === "acl") return partText(one, only);
    const isChanged = one.kind === "table" && difference.change === "changed";
    return isChanged ? [one.name, ...settingsOf(one)].join("; ") : textOf(one, snapshot);
  };
  return {
    change: difference.change,
    kind: kindName(fact),
    name: fact.parent === null ? fact.name : nameOfId(fact.id),
    relation: fact.parent === null ? null : relationOf(fact),
    before: state(difference.from, from),
    after: state(difference.to, to),
    ...(only === "owner" || only === "comment" || only === "acl" ? { only } : {}),
  };
}

function partText(fact: Fact, part: "owner" | "comment" | "acl"): string {
  if (part === "owner") return fact.owner ?? "";
  if (part === "comment") return fact.comment ?? "";
  return (fact.acl ?? [])
    .map((grant) => `${grant.grantee}=${grant.privilege}${grant.grantable ? "*" : ""}`)
    .join(", ");
}

const CONSTRAINTS: Record<string, ChangedKind> = {
  p: "primary_key",
  u: "unique",
  f: "foreign_key",
  c: "check",
  x: "exclusion",
};

/** A kind as people tell it apart. */
export function kindName(fact: Fact): ChangedKind {
  if (fact.kind === "constraint") return CONSTRAINTS[String(fact.body.type)] ?? "check";
  if (fact.kind === "domain_constraint") return "check";
  if (fact.kind === "function") return fact.body.kind === "p" ? "procedure" : "function";
  if (fact.kind !== "table") return fact.kind;
  if (tableBody(fact).kind === "f") return "foreign_table";
  return tableBody(fact).partitionOf === null ? "table" : "partition";
}

function textOf(fact: Fact, snapshot: Snapshot): string {
  const body = fact.body as Record<string, unknown>;
  switch (fact.kind) {
    case "column":
      return columnText(fact, snapshot);
    case "table":
      return tableText(fact, snapshot);
    case "default":
      return `${fact.name} DEFAULT ${body.expression}`;
    case "constraint":
    case "domain_constraint":
      return `${fact.name} ${body.definition}`;
    case "index":
      return String(body.definition).replace(
        /^CREATE (UNIQUE )?INDEX (\S+) ON (ONLY )?\S+ USING (btree )?/,
        "$1$2 ",
      );
    case "enum":
      return `${fact.name} (${(body.labels as string[]).join(", ")})`;
    case "view":
    case "materialized_view":
      // PostgreSQL tells the query alone.
      return `${fact.name} AS\n${String(body.definition).trim()}`;
    case "function":
    case "trigger":
    case "rule":
    case "statistics":
      return String(body.definition).trim();
    default:
      return fact.name;
  }
}

function columnText(fact: Fact, snapshot: Snapshot): string {
  const b = fact.body as unknown as ColumnBody;
  const value = snapshot.facts.get(`default:${relationOf(fact)}.${fact.name}`);
  return [
    `${fact.name} ${b.type}`,
    b.collation ? `COLLATE ${b.collation}` : "",
    b.notNull ? "NOT NULL" : "",
    value ? `DEFAULT ${value.body.expression}` : "",
    b.generated === "" ? "" : `GENERATED ALWAYS AS (${b.expression})`,
    b.identity === "" ? "" : `GENERATED ${b.identity === "a" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** A new or removed table with its columns. */
function tableText(fact: Fact, snapshot: Snapshot): string {
  const keys = (snapshot.children.get(fact.id) ?? []).filter(
    (child) => child.kind === "constraint" && child.body.type === "f",
  );
  const names = columnsOf(snapshot, fact.id).map((column) => column.name);
  const references = keys.map((key) =>
    String(key.body.definition).replace(/^FOREIGN KEY \((.*?)\) REFERENCES (.*?)\(.*$/, "$1 → $2"),
  );
  return [`${fact.name} (${names.join(", ")})`, ...references, ...settingsOf(fact)].join("; ");
}

const REPLICA_IDENTITY: Record<string, string> = { n: "NOTHING", f: "FULL", i: "USING INDEX" };

/** What of a table's own is not as it is by default. */
function settingsOf(fact: Fact): string[] {
  const b = tableBody(fact);
  const identity = REPLICA_IDENTITY[b.replicaIdentity];
  return [
    b.ofType ? `OF ${b.ofType}` : "",
    b.inherits.length > 0 ? `INHERITS (${b.inherits.join(", ")})` : "",
    b.partitionKey ? `PARTITION BY ${b.partitionKey}` : "",
    b.partitionOf ? `PARTITION OF ${b.partitionOf} ${b.bound ?? ""}` : "",
    b.server ? `SERVER ${b.server}` : "",
    b.rls ? "ROW LEVEL SECURITY" : "",
    b.forceRls ? "FORCE ROW LEVEL SECURITY" : "",
    b.persistence === "u" ? "UNLOGGED" : "",
    b.accessMethod && b.accessMethod !== "heap" ? `USING ${b.accessMethod}` : "",
    identity ? `REPLICA IDENTITY ${identity}${b.replicaIndex ? ` ${b.replicaIndex}` : ""}` : "",
    b.clusterIndex ? `CLUSTER ON ${b.clusterIndex}` : "",
    ...b.options,
    ...b.toastOptions.map((option) => `toast.${option}`),
    ...b.foreignOptions,
  ].filter(Boolean);
}
