import { dependantsOf } from "../lookups";
import { rebuildsOf } from "../rebuilds";
import { hideSecrets } from "../secrets";
import {
  alterForeignOptions,
  alterOptions,
  foreignOptions,
  list,
  oid,
  optional,
  storageOptions,
  text,
  USER_NAMESPACE,
} from "../sql-text";
import type { Fact, FactId, KindDefinition, Snapshot, Surroundings } from "../types";
import { type ColumnBody, columnDefinition } from "./column";

export interface TableBody {
  kind: "r" | "p" | "f";
  persistence: "p" | "u" | "t";
  accessMethod: string | null;
  options: string[];
  toastOptions: string[];
  partitionKey: string | null;
  /** Columns that the key is made of. Not compared. */
  partitionColumns: string[];
  partitionOf: string | null;
  bound: string | null;
  /** What its rows are to fulfil as a partition, here and above: of a hash too. Not compared. */
  boundCheck: string | null;
  inherits: string[];
  ofType: string | null;
  rls: boolean;
  forceRls: boolean;
  replicaIdentity: "d" | "n" | "f" | "i";
  replicaIndex: string | null;
  clusterIndex: string | null;
  server: string | null;
  foreignOptions: string[];
  /** Checks and foreign keys that it has from its parents alone. */
  inheritedConstraints: string[];
}
export const tableBody = (fact: Fact) => fact.body as unknown as TableBody;

/** pg_class with relkind r, p and f. */
export const tableKind: KindDefinition = {
  kind: "table",
  keyword: "TABLE",
  query:
    () => `SELECT c.oid, c.reltype AS type, t.typarray, c.relowner AS owner, quote_ident(n.nspname) AS schema,
      quote_ident(c.relname) AS name, coalesce(c.relacl, acldefault('r', c.relowner))::text[] AS acl,
      c.relkind AS kind, c.relpersistence AS persistence, quote_ident(am.amname) AS access_method, c.reloptions AS options,
      tc.reloptions AS toast_options, CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END AS partition_key,
      CASE WHEN c.relkind = 'p' THEN ARRAY(SELECT quote_ident(ka.attname) FROM pg_depend kd JOIN pg_attribute ka ON ka.attrelid = kd.objid AND ka.attnum = kd.objsubid
        WHERE kd.classid = 'pg_class'::regclass AND kd.objid = c.oid AND kd.objsubid > 0 AND kd.refclassid = 'pg_class'::regclass AND kd.refobjid = c.oid AND kd.refobjsubid = 0 AND kd.deptype = 'i') END AS partition_columns,
      CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END AS bound,
      CASE WHEN c.relispartition THEN replace(pg_get_partition_constraintdef(c.oid), quote_literal(i.parent_oid) || '::oid', quote_literal(i.parents[1]) || '::pg_catalog.regclass') END AS bound_check,
      i.parents, c.reloftype <> 0 AS typed, CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END AS of_type,
      c.relrowsecurity AS rls, c.relforcerowsecurity AS force_rls, c.relreplident AS replica_identity,
      (SELECT quote_ident(ic.relname) FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid WHERE x.indrelid = c.oid AND x.indisreplident AND c.relreplident = 'i') AS replica_index,
      (SELECT quote_ident(ic.relname) FROM pg_index x JOIN pg_class ic ON ic.oid = x.indexrelid WHERE x.indrelid = c.oid AND x.indisclustered) AS cluster_index,
      quote_ident(s.srvname) AS server, ft.ftoptions AS foreign_options, c.relispartition AS is_partition, k.names AS inherited_constraints
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_type t ON t.oid = c.reltype
    LEFT JOIN pg_am am ON am.oid = c.relam LEFT JOIN pg_class tc ON tc.oid = c.reltoastrelid
    LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid LEFT JOIN pg_foreign_server s ON s.oid = ft.ftserver
    LEFT JOIN (SELECT h.inhrelid, array_agg(quote_ident(pn.nspname) || '.' || quote_ident(p.relname) ORDER BY h.inhseqno) AS parents, min(h.inhparent) AS parent_oid
      FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
      WHERE p.relkind IN ('r', 'p', 'f') GROUP BY h.inhrelid) i ON i.inhrelid = c.oid
    LEFT JOIN (SELECT conrelid, array_agg(quote_ident(conname)) AS names FROM pg_constraint
      WHERE contype = 'c' AND NOT conislocal OR contype = 'f' AND conparentid <> 0 GROUP BY conrelid) k ON k.conrelid = c.oid
    WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const parents = list(row, "parents");
    const partition = row.is_partition === true;
    const table: TableBody = {
      kind: text(row, "kind") as TableBody["kind"],
      persistence: text(row, "persistence") as TableBody["persistence"],
      accessMethod: optional(row, "access_method"),
      options: list(row, "options"),
      toastOptions: list(row, "toast_options"),
      partitionKey: optional(row, "partition_key"),
      partitionColumns: list(row, "partition_columns"),
      partitionOf: partition ? (parents[0] ?? null) : null,
      bound: optional(row, "bound"),
      boundCheck: optional(row, "bound_check"),
      inherits: partition ? [] : parents,
      ofType: optional(row, "of_type"),
      rls: row.rls === true,
      forceRls: row.force_rls === true,
      replicaIdentity:
        row.kind === "f" ? "d" : (text(row, "replica_identity") as TableBody["replicaIdentity"]),
      replicaIndex: optional(row, "replica_index"),
      clusterIndex: optional(row, "cluster_index"),
      server: optional(row, "server"),
      foreignOptions: hideSecrets(list(row, "foreign_options").sort()),
      inheritedConstraints: list(row, "inherited_constraints"),
    };
    return {
      id: `table:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: table as unknown as Fact["body"],
      addresses: [
        { catalog: "pg_class", oid: oid(row) },
        { catalog: "pg_type", oid: oid(row, "type") },
        { catalog: "pg_type", oid: oid(row, "typarray") },
      ],
      extraDeps: parents.map((parent) => `table:${parent}`),
    };
  },
  create: (fact, around) => createTable(fact, around),
  drop: (fact, around) => {
    const left = isReferenced(tableBody(fact).partitionOf, around) ? leaveParents(fact) : [];
    return [...left, `DROP ${noun(fact)} ${fact.name}`];
  },
  alter: alterTable,
  // Replica identity and CLUSTER name an index that may come later: actions of their own (see diff/late).
  compared: (fact) => ({
    ...fact.body,
    options: [...tableBody(fact).options].sort(),
    toastOptions: [...tableBody(fact).toastOptions].sort(),
    partitionColumns: undefined,
    boundCheck: undefined,
    inheritedConstraints: undefined,
    replicaIdentity: undefined,
    replicaIndex: undefined,
    clusterIndex: undefined,
  }),
  commentOn: (fact) => `${noun(fact)} ${fact.name}`,
  ownedAs: (fact) => `${noun(fact)} ${fact.name}`,
  grantedOn: (fact) => ({ on: `TABLE ${fact.name}`, all: "arwdDxtm" }),
};

function noun(fact: Fact): string {
  return tableBody(fact).kind === "f" ? "FOREIGN TABLE" : "TABLE";
}

/** Columns of a relation in their order. */
export function columnsOf(snapshot: Snapshot, table: string): Fact[] {
  const children = snapshot.children.get(table) ?? [];
  const columns = children.filter((fact) => fact.kind === "column");
  return columns.sort(
    (a, b) => (a.body as unknown as ColumnBody).position - (b.body as unknown as ColumnBody).position,
  );
}

/**
 * With its columns (a partition and a typed table too, as pg_dump does: attached afterwards), without constraints and
 * indexes, which are facts of their own.
 * @param values ` DEFAULT …` of columns, by their ids (see diff/write-defaults); none of a typed table
 */
export function createTable(
  fact: Fact,
  around: Surroundings,
  values: ReadonlyMap<FactId, string> = new Map(),
): string[] {
  const b = tableBody(fact);
  const columns = columnsOf(around.to, fact.id).filter((column) => isNamed(column, b));
  const named = rebuildsOf(around).fresh.has(fact.id);
  const lines = b.ofType
    ? columns.flatMap((column) => {
        const more = columnDefinition(column, around, named).replace(
          /^\S+ .*?(?= (?:NOT NULL|GENERATED|CONSTRAINT)|$)/,
          "",
        );
        return more ? [`${column.name} WITH OPTIONS${more}`] : [];
      })
    : [
        ...columns.map(
          (column) =>
            columnDefinition(leftToParent(column, b, around), around, named) + (values.get(column.id) ?? ""),
        ),
        ...ownNotNulls(fact, around.to),
      ];
  const parts = [`CREATE ${b.persistence === "u" ? "UNLOGGED " : ""}${noun(fact)} ${fact.name}`];
  if (b.ofType) parts.push(`OF ${b.ofType}${lines.length > 0 ? ` (${lines.join(", ")})` : ""}`);
  else parts.push(lines.length > 0 ? `(\n  ${lines.join(",\n  ")}\n)` : "()");
  if (b.inherits.length > 0) parts.push(`INHERITS (${b.inherits.join(", ")})`);
  if (b.partitionKey) parts.push(`PARTITION BY ${b.partitionKey}`);
  if (b.server) parts.push(`SERVER ${b.server}${foreignOptions(b.foreignOptions)}`);
  // Of a partitioned table it is what its partitions will have, so that heap is not the same as none.
  if (b.accessMethod && (b.accessMethod !== "heap" || b.kind === "p")) parts.push(`USING ${b.accessMethod}`);
  const options = [...b.options, ...b.toastOptions.map((option) => `toast.${option}`)];
  if (options.length > 0) parts.push(`WITH (${storageOptions(options)})`);
  return [
    parts.join(" "),
    ...(b.rls ? [`ALTER TABLE ${fact.name} ENABLE ROW LEVEL SECURITY`] : []),
    ...(b.forceRls ? [`ALTER TABLE ${fact.name} FORCE ROW LEVEL SECURITY`] : []),
  ];
}

/** What a table has from the parents that it inherits from is not named again. */
const isNamed = (column: Fact, { partitionOf }: TableBody) =>
  (column.body as unknown as ColumnBody).local || partitionOf !== null;

/** Whether CREATE TABLE writes the column in full. */
export function isWritten(column: Fact, table: Fact): boolean {
  const b = tableBody(table);
  return b.ofType === null && isNamed(column, b);
}

/** Before 16 a child may not write the expression that its column has from a parent. */
function leftToParent(column: Fact, table: TableBody, { from, to }: Surroundings): Fact {
  if (from.version >= 160000 || (column.body as unknown as ColumnBody).generated === "") return column;
  const computed = (parent: string) => to.facts.get(`column:${parent}.${column.name}`)?.body.generated;
  return table.inherits.some(computed) ? { ...column, body: { ...column.body, generated: "" } } : column;
}

/** PostgreSQL 18: a NOT NULL of its own on a column that comes from a parent. */
function ownNotNulls(fact: Fact, snapshot: Snapshot): string[] {
  if (tableBody(fact).partitionOf !== null) return [];
  return columnsOf(snapshot, fact.id).flatMap((column) => {
    const b = column.body as unknown as ColumnBody;
    const own = !b.local && b.notNull && !b.notNullInherited && b.notNullName !== null;
    if (!own || b.notNullConstraint?.notValid) return [];
    return [
      `CONSTRAINT ${b.notNullName} NOT NULL ${column.name}${b.notNullConstraint?.noInherit ? " NO INHERIT" : ""}`,
    ];
  });
}

/**
 * Parents that a table has throughout a plan. What comes after one that it joins is left and joined again, since
 * INHERIT puts a parent at the end; and so is a parent by which something becomes the table's own, or ceases to be.
 */
export function keptParents(from: Fact, to: Fact, around: Surroundings): string[] {
  const [before, after] = [tableBody(from).inherits, tableBody(to).inherits];
  const kept: string[] = [];
  let next = 0;
  for (const parent of after) {
    const at = before.indexOf(parent, next);
    if (at < 0 || changesOwn(to, parent, around)) break;
    kept.push(parent);
    next = at + 1;
  }
  return kept;
}

/** Whether what a table has from a parent is its own too on one side alone (attislocal, conislocal). */
function changesOwn(table: Fact, parent: string, around: Surroundings): boolean {
  const { from, to } = around;
  const columns = columnsOf(to, table.id).some((column) => {
    const above = [from, to].map(({ facts }) => facts.get(`column:${parent}.${column.name}`));
    const was = from.facts.get(column.id)?.body as unknown as ColumnBody | undefined;
    if (was === undefined || above.includes(undefined)) return false;
    const is = column.body as unknown as ColumnBody;
    if (was.local !== is.local) return true;
    const throughout = [was, is, ...above.map((one) => one?.body)].every((one) => one?.notNull === true);
    if (!throughout || (was.notNullInherited && is.notNullInherited)) return false;
    return was.notNullInherited !== is.notNullInherited || was.notNullName !== is.notNullName;
  });
  return columns || changesOwnCheck(table, parent, around);
}

function changesOwnCheck(table: Fact, parent: string, { from, to }: Surroundings): boolean {
  return [from, to].some((side) => {
    const other = side === from ? to : from;
    const inherited = other.facts.get(table.id)?.body.inheritedConstraints as string[];
    return inherited.some(
      (name) =>
        side.facts.has(`constraint:${table.name}.${name}`) &&
        [from, to].every((one) => hasConstraint(one.facts.get(`table:${parent}`), name, one)),
    );
  });
}

/** Whether a table has a constraint, its own or from above. */
export function hasConstraint(table: Fact | undefined, name: string, snapshot: Snapshot): boolean {
  if (table?.kind !== "table") return false;
  const own = snapshot.facts.has(`constraint:${table.name}.${name}`);
  return own || tableBody(table).inheritedConstraints.includes(name);
}

/** Before the rest of a plan: what a table no longer belongs to. */
export function detachTable(from: Fact, to: Fact, around: Surroundings): string[] {
  const [a, b] = [tableBody(from), tableBody(to)];
  const kept = keptParents(from, to, around);
  const moved = a.partitionOf !== null && (a.partitionOf !== b.partitionOf || a.bound !== b.bound);
  return [
    ...(moved ? [`ALTER TABLE ${a.partitionOf} DETACH PARTITION ${to.name}`] : []),
    ...a.inherits
      .filter((parent) => !kept.includes(parent))
      .map((parent) => `ALTER TABLE ${to.name} NO INHERIT ${parent}`),
  ];
}

/** Whether a partition, or one above it, is detached before everything else: what came with the whole is gone then. */
export function leavesWhole(table: FactId | null, around: Surroundings): boolean {
  const [was, is] = [around.from, around.to].map(({ facts }) => facts.get(table ?? ""));
  if (was?.kind !== "table" || is?.kind !== "table") return false;
  const [a, b] = [tableBody(was), tableBody(is)];
  if (a.partitionOf === null) return false;
  return (
    a.partitionOf !== b.partitionOf || a.bound !== b.bound || leavesWhole(`table:${a.partitionOf}`, around)
  );
}

/** The one that it is a partition of, or those that it inherits from. */
export function parentsOf(table: Fact): string[] {
  const { partitionOf, inherits } = tableBody(table);
  return partitionOf === null ? inherits : [partitionOf];
}

/** A table and all that it comes from: what these get, it gets. */
export function withAncestors(name: string, snapshot: Snapshot): string[] {
  const table = snapshot.facts.get(`table:${name}`);
  if (!table) return [name];
  return [name, ...parentsOf(table).flatMap((parent) => withAncestors(parent, snapshot))];
}

/** What a check says that a table has from the nearest ancestor that has it by itself. */
export function inheritedCheck(table: Fact, name: string, snapshot: Snapshot): string | null {
  for (const parent of parentsOf(table)) {
    const constraint = snapshot.facts.get(`constraint:${parent}.${name}`);
    if (constraint) return constraint.body.type === "c" ? String(constraint.body.definition) : null;
    const above = snapshot.facts.get(`table:${parent}`);
    const found = above ? inheritedCheck(above, name, snapshot) : null;
    if (found !== null) return found;
  }
  return null;
}

/** Whether foreign keys point at this table, or at one that it is a partition of, and it stays: they hold its partitions. */
function isReferenced(table: string | null, around: Surroundings): boolean {
  const fact = around.from.facts.get(`table:${table}`);
  if (fact === undefined) return false;
  const isForeignKey = (id: FactId) => around.from.facts.get(id)?.body.type === "f";
  const held = (around.from.children.get(fact.id) ?? []).some(
    ({ kind, id }) =>
      (kind === "constraint" || kind === "index") && dependantsOf(around.from, id).some(isForeignKey),
  );
  return (held && around.to.facts.has(fact.id)) || isReferenced(tableBody(fact).partitionOf, around);
}

/** Of a table that is set aside. */
export function leaveParents(table: Fact): string[] {
  const { partitionOf, inherits } = tableBody(table);
  return [
    ...(partitionOf === null ? [] : [`ALTER TABLE ${partitionOf} DETACH PARTITION ${table.name}`]),
    ...inherits.map((parent) => `ALTER TABLE ${table.name} NO INHERIT ${parent}`),
  ];
}

export function attachPartition(table: Fact): string {
  const { partitionOf, bound } = tableBody(table);
  return `ALTER TABLE ONLY ${partitionOf} ATTACH PARTITION ${table.name} ${bound}`;
}

/** After the rest of a plan, when columns and constraints fit: what a table belongs to now. */
export function attachTable(from: Fact | undefined, to: Fact, around: Surroundings): string[] {
  const b = tableBody(to);
  const a = from ? tableBody(from) : { partitionOf: null, bound: null };
  const had = from ? keptParents(from, to, around) : b.inherits;
  const moved = b.partitionOf !== null && (a.partitionOf !== b.partitionOf || a.bound !== b.bound);
  return [
    ...(moved ? [attachPartition(to)] : []),
    ...b.inherits
      .filter((parent) => !had.includes(parent))
      .map((parent) => `ALTER TABLE ${to.name} INHERIT ${parent}`),
  ];
}

/** When it has its columns: PostgreSQL forgets them where nothing of the table is kept apart. */
export function alterToastOptions(from: Fact, to: Fact): string[] {
  const [a, b] = [from, to].map((fact) => tableBody(fact).toastOptions.map((option) => `toast.${option}`));
  return alterOptions(`ALTER ${noun(to)} ${to.name}`, a ?? [], b ?? []);
}

export function alterTable(from: Fact, to: Fact): string[] | "replace" {
  const [a, b] = [tableBody(from), tableBody(to)];
  if (a.kind !== b.kind || a.partitionKey !== b.partitionKey || a.server !== b.server) return "replace";
  const on = `ALTER ${noun(to)} ${to.name}`;
  const foreign = alterForeignOptions(a.foreignOptions, b.foreignOptions);
  return [
    ...(a.persistence === b.persistence
      ? []
      : [`${on} SET ${b.persistence === "u" ? "UNLOGGED" : "LOGGED"}`]),
    ...(a.accessMethod === b.accessMethod ? [] : [`${on} SET ACCESS METHOD ${b.accessMethod ?? "DEFAULT"}`]),
    ...alterOptions(on, a.options, b.options),
    ...(a.rls === b.rls ? [] : [`${on} ${b.rls ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`]),
    ...(a.forceRls === b.forceRls ? [] : [`${on} ${b.forceRls ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`]),
    ...(foreign ? [`${on} ${foreign}`] : []),
  ];
}
