import { alterGrants } from "../grants";
import { dependantsOf, nameOfId } from "../lookups";
import { isTaken } from "../name-spaces";
import {
  alterForeignOptions,
  alterOptions,
  foreignOptions,
  list,
  oid,
  optional,
  text,
  USER_NAMESPACE,
} from "../sql-text";
import type { Fact, KindDefinition, Snapshot, Surroundings } from "../types";
import { needsText } from "./built-in-casts";
import { convertedRow, convertRows } from "./converted-row";
import { defaultClause, isOfSession } from "./default";
import { fillMoved, isMoved, joinsAbove, setAside, takenFromParent } from "./moved-column";
import {
  addNotNull,
  alterNotNull,
  isSharedName,
  type NotNullConstraint,
  notNullClause,
  notNullSettings,
  readNotNull,
  stateOf,
} from "./not-null";
import { columnsBelow, withThoseBelow } from "./not-null-below";
import { addNumbered, needsNumbersBelow } from "./numbered-column";
import { alterNumbers, newSequenceOptions, type SequenceNumbers, sequenceOptions } from "./sequence";
import { keptParents, parentsOf, type TableBody, withAncestors } from "./table";

export interface ColumnBody {
  position: number;
  /** Relation kind of its table: r, p, f, v, m. */
  of: string;
  type: string;
  collation: string | null;
  notNull: boolean;
  /** PostgreSQL 18: the constraint behind it, when its name, state or comment is not the usual one. */
  notNullConstraint: NotNullConstraint | null;
  /** PostgreSQL 18: NOT NULL by inheritance alone; goes when the parent's goes. */
  notNullInherited: boolean;
  /** PostgreSQL 18: name of that constraint, whatever it is. Not compared by itself. */
  notNullName: string | null;
  identity: "" | "a" | "d";
  sequence: SequenceNumbers | null;
  sequenceName: string | null;
  /** Without its schema. */
  sequenceBare: string | null;
  generated: "" | "s" | "v";
  expression: string | null;
  storage: string | null;
  /** What its type has by default. Not compared. */
  typeStorage: string;
  compression: string | null;
  statistics: number | null;
  options: string[];
  foreignOptions: string[];
  local: boolean;
}
const body = (fact: Fact) => fact.body as unknown as ColumnBody;
/** What minor releases since November 2026 keep among the options of a column for themselves. */
const SERVER_OPTION = "pg_attver";
const STORAGE: Record<string, string> = { p: "PLAIN", e: "EXTERNAL", m: "MAIN", x: "EXTENDED" };
const COMPRESSION: Record<string, string> = { p: "pglz", l: "lz4" };

/**
 * As CREATE TABLE and ADD COLUMN write it, without a default.
 * @param namesTaken the usual names of NOT NULL are those of a table that is there for a while longer
 */
export function columnDefinition(fact: Fact, around: Surroundings, namesTaken = false): string {
  const b = body(fact);
  const parts = [`${fact.name} ${b.type}`];
  if (b.compression) parts.push(`COMPRESSION ${COMPRESSION[b.compression]}`);
  if (b.foreignOptions.length > 0) parts.push(foreignOptions(b.foreignOptions).trim());
  if (b.collation) parts.push(`COLLATE ${b.collation}`);
  parts.push(...generatedClause(b));
  if (ownIdentity(b) !== "") parts.push(identityClause(fact, around, namesTaken));
  const named =
    (namesTaken && b.notNullName !== null) || isSharedName(b, around.to.facts.get(fact.parent ?? ""), around);
  parts.push(...notNullClause(isNoInheritLate(fact, around) ? inherited(b) : b, named));
  return parts.join(" ");
}

/** From 17 on partitions share the identity of their parent's column, and get it with ATTACH. */
export function ownIdentity(b: ColumnBody): ColumnBody["identity"] {
  return b.sequenceName === null ? "" : b.identity;
}

export function identityClause(fact: Fact, around: Surroundings, namesTaken = false): string {
  const b = body(fact);
  const options = b.sequence
    ? newSequenceOptions(b.sequence).filter((option) => !option.startsWith("AS "))
    : [];
  if (b.sequenceName && (namesTaken || !getsUsualName(fact, b.sequenceName, around.from)))
    options.unshift(`SEQUENCE NAME ${b.sequenceName}`);
  return `GENERATED ${b.identity === "a" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY${options.length > 0 ? ` (${options.join(" ")})` : ""}`;
}

/**
 * Whether PostgreSQL itself calls the sequence of a new table's column so: table_column_seq, which it cuts at 63 bytes
 * and counts up when a relation has that name. Names in quotes are written out.
 */
function getsUsualName(fact: Fact, sequenceName: string, from: Snapshot): boolean {
  if (from.facts.has(fact.parent ?? "")) return false; // it may have had another name
  const usual = `${relationOf(fact)}_${fact.name}_seq`;
  return sequenceName === usual && /^[a-z0-9_]+\.[a-z0-9_]{1,63}$/.test(usual) && !isTaken(usual, from);
}

/**
 * CREATE TABLE … LIKE counts an integer column by a sequence of bigint, which no clause about an identity says.
 * @param type what it has by now, which follows the column's
 */
function ownSequenceType(b: ColumnBody, type: string, from: SequenceNumbers | null = b.sequence): string[] {
  const { sequence, sequenceName } = b;
  if (ownIdentity(b) === "" || !sequence || !sequenceName || !from || sequence.type === type) return [];
  const statement = `ALTER SEQUENCE ${sequenceName} AS ${sequence.type} MINVALUE ${sequence.min} MAXVALUE ${sequence.max}`;
  return [alterNumbers(sequenceName, statement, from, sequence)];
}

/** Settings that CREATE TABLE cannot write. @param from what it has by now; default: nothing of its own */
export function columnSettings(table: string, fact: Fact, from: Partial<ColumnBody> = {}): string[] {
  const b = body(fact);
  const a = { storage: null, compression: null, statistics: null, options: [], ...from };
  const on = `ALTER TABLE ${table} ALTER COLUMN ${fact.name}`;
  // Those below it have settings of their own.
  const alone = isView(fact) ? on : `ALTER TABLE ONLY ${table} ALTER COLUMN ${fact.name}`;
  return [
    ...(a.storage === b.storage ? [] : [`${alone} SET STORAGE ${STORAGE[b.storage ?? b.typeStorage]}`]),
    ...(isView(fact) ? compressionChange(on, a.compression, b.compression) : []),
    ...(a.statistics === b.statistics ? [] : [`${alone} SET STATISTICS ${b.statistics ?? -1}`]),
    ...alterOptions(on, a.options, b.options),
  ];
}

/** What ALTER COLUMN TYPE sets back to the ways of the new type. */
export function settingsAfterRetype(fact: Fact): string[] {
  const [table, b] = [relationOf(fact), body(fact)];
  return [
    ...columnSettings(table, fact, { ...b, storage: null }),
    ...compressionChange(`ALTER TABLE ${table} ALTER COLUMN ${fact.name}`, null, b.compression),
  ];
}

function compressionChange(on: string, from: string | null, to: string | null): string[] {
  return from === to ? [] : [`${on} SET COMPRESSION ${to ? COMPRESSION[to] : "default"}`];
}

/** pg_attribute of tables; of views only columns that carry something of their own. */
export const columnKind: KindDefinition = {
  kind: "column",
  keyword: "COLUMN",
  query: (
    version,
  ) => `SELECT c.oid, a.attnum, c.relkind AS of, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation,
      quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attacl::text[] AS acl, a.attnotnull AS notnull,
      CASE WHEN a.attcollation <> t.typcollation THEN (SELECT quote_ident(cn.nspname) || '.' || quote_ident(co.collname)
        FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace WHERE co.oid = a.attcollation) END AS collation,
      a.attidentity AS identity, a.attgenerated AS generated,
      pg_get_expr(d.adbin, d.adrelid) AS expression, d.oid AS default_oid,
      CASE WHEN a.attstorage <> t.typstorage OR t.typtype = 'b' AND t.oid >= 16384 THEN a.attstorage END AS storage, t.typstorage AS type_storage, nullif(a.attcompression, '') AS compression,
      ${version >= 170000 ? "a.attstattarget" : "nullif(a.attstattarget, -1)"} AS statistics, a.attoptions AS options,
      a.attfdwoptions AS foreign_options, a.attislocal AS local${
        version >= 180000
          ? `, nn.oid AS notnull_oid, quote_ident(nn.conname) AS notnull_name, nn.connoinherit AS notnull_noinherit,
        NOT nn.convalidated AS notnull_notvalid, nn.conislocal OR c.relispartition AS notnull_own, nn.conname <> left(c.relname || '_' || a.attname || '_not_null', 63) AS notnull_named,
        (SELECT nd.description FROM pg_description nd WHERE nd.classoid = 'pg_constraint'::regclass AND nd.objoid = nn.oid AND nd.objsubid = 0) AS notnull_comment`
          : ""
      },
      CASE WHEN a.attidentity <> '' THEN (SELECT json_build_object('oid', s.seqrelid, 'type', format_type(s.seqtypid, NULL),
          'start', s.seqstart::text, 'increment', s.seqincrement::text, 'min', s.seqmin::text, 'max', s.seqmax::text,
          'cache', s.seqcache::text, 'cycle', s.seqcycle, 'bare', quote_ident(sc.relname), 'name', quote_ident(sn.nspname) || '.' || quote_ident(sc.relname))
        FROM pg_depend sd JOIN pg_sequence s ON s.seqrelid = sd.objid JOIN pg_class sc ON sc.oid = s.seqrelid
        JOIN pg_namespace sn ON sn.oid = sc.relnamespace
        WHERE sd.classid = 'pg_class'::regclass AND sd.refclassid = 'pg_class'::regclass AND sd.refobjid = c.oid AND sd.refobjsubid = a.attnum
          AND sd.deptype = 'i' LIMIT 1) END AS sequence
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum${
      version >= 180000
        ? " LEFT JOIN pg_constraint nn ON nn.conrelid = c.oid AND nn.contype = 'n' AND nn.conkey = ARRAY[a.attnum]"
        : ""
    }
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped
      AND ${USER_NAMESPACE}`,
  read: (row) => {
    const of = text(row, "of");
    const relation = text(row, "relation");
    const parent = `${of === "v" ? "view" : of === "m" ? "materialized_view" : "table"}:${relation}`;
    const sequence = row.sequence as
      | (Record<string, unknown> & { oid: number; name: string; bare: string })
      | null;
    const name = text(row, "name");
    const column: ColumnBody = {
      position: Number(row.attnum),
      of,
      type: text(row, "type"),
      collation: optional(row, "collation"),
      notNull: row.notnull === true,
      ...readNotNull(row),
      identity: text(row, "identity") as ColumnBody["identity"],
      sequence: sequence
        ? (({ oid: _, name: __, bare: ___, ...rest }) => rest as unknown as ColumnBody["sequence"])(sequence)
        : null,
      sequenceName: sequence ? sequence.name : null,
      sequenceBare: sequence ? sequence.bare : null,
      generated: text(row, "generated") as ColumnBody["generated"],
      expression: row.generated === "" ? null : optional(row, "expression"),
      storage: of === "v" ? null : optional(row, "storage"),
      typeStorage: text(row, "type_storage"),
      compression: of === "v" ? null : optional(row, "compression"),
      statistics: row.statistics === null ? null : Number(row.statistics),
      options: list(row, "options").filter((option) => !option.startsWith(`${SERVER_OPTION}=`)),
      foreignOptions: list(row, "foreign_options").sort(),
      local: row.local === true,
    };
    const addresses = [{ catalog: "pg_class", oid: oid(row), sub: column.position }];
    if (column.generated !== "" && row.default_oid)
      addresses.push({ catalog: "pg_attrdef", oid: oid(row, "default_oid"), sub: 0 });
    if (row.notnull_oid) addresses.push({ catalog: "pg_constraint", oid: oid(row, "notnull_oid"), sub: 0 });
    return {
      id: `column:${relation}.${name}`,
      name,
      schema: null,
      parent,
      body: column as unknown as Fact["body"],
      addresses,
      aclTexts: (row.acl as string[] | null) ?? [],
    };
  },
  create: (fact, around) => [
    ...(needsNumbersBelow(fact, around)
      ? addNumbered(fact, around)
      : [addColumn(fact, around, inlineDefault(fact, around.to))]),
    ...settingsOfNew(fact, around),
  ],
  drop: (fact, around) => {
    if (isView(fact)) return forgetViewColumn(fact);
    if (isMoved(fact, around)) return setAside(fact, around);
    const only = isKeptBelow(fact, around) ? "ONLY " : "";
    return [
      `ALTER ${body(fact).of === "f" ? "FOREIGN " : ""}TABLE ${only}${relationOf(fact)} DROP COLUMN ${fact.name}`,
    ];
  },
  alter: alterColumn,
  compared: (fact) => ({
    ...fact.body,
    position: undefined,
    typeStorage: undefined,
    notNullName: undefined,
    sequenceBare: undefined,
    sequence: withoutPosition(fact),
    ...(isView(fact) ? { type: undefined, collation: undefined } : {}),
  }),
  commentOn: (fact) => `COLUMN ${relationOf(fact)}.${fact.name}`,
  grantedOn: (fact) => ({ on: `TABLE ${relationOf(fact)}`, all: "arwx" }),
};

/** What neither CREATE TABLE nor ADD COLUMN writes of a column. */
export function settingsOfNew(fact: Fact, around: Surroundings): string[] {
  return [
    ...takenFromParent(fact, around),
    ...columnSettings(relationOf(fact), fact, { storage: storageFromAbove(fact, around) }),
    ...ownCompression(fact, around),
    ...ownForeignOptions(fact, around),
    ...ownExpression(fact, around),
    ...ownSequenceType(body(fact), body(fact).type),
    ...fillMoved(fact, around),
    ...ownNotNull(fact, around),
    ...givenUpNotNull(fact, around),
    ...givenUpDefault(fact, around),
    ...(isView(fact)
      ? []
      : withThoseBelow(notNullSettings(body(fact), relationOf(fact), fact.name), fact, around)),
  ];
}

export function addColumn(column: Fact, around: Surroundings, value: string): string {
  const alter = `ALTER ${body(column).of === "f" ? "FOREIGN " : ""}TABLE ${relationOf(column)}`;
  return `${alter} ADD COLUMN ${columnDefinition(column, around)}${value}`;
}

/** Of a column that comes from a parent; a new partition is made with all of its columns. */
function ownForeignOptions(fact: Fact, { from, to }: Surroundings): string[] {
  const b = body(fact);
  const partition = to.facts.get(fact.parent ?? "")?.body.partitionOf ?? null;
  if (b.local || b.foreignOptions.length === 0 || (partition !== null && !from.facts.has(fact.parent ?? "")))
    return [];
  return [
    `ALTER FOREIGN TABLE ${relationOf(fact)} ALTER COLUMN ${fact.name} ${alterForeignOptions([], b.foreignOptions)}`,
  ];
}

/** What a column of a new table has from above: tables below new ones come before these get theirs. */
function storageFromAbove(column: Fact, around: Surroundings): string | null {
  const { from, to } = around;
  if (from.facts.has(column.parent ?? "")) return null;
  for (const parent of (to.facts.get(column.parent ?? "")?.body.inherits as string[] | undefined) ?? []) {
    const above = to.facts.get(`column:${parent}.${column.name}`);
    if (above)
      return from.facts.has(above.parent ?? "") ? body(above).storage : storageFromAbove(above, around);
  }
  return null;
}

/**
 * A new column has the compression of the parent's that it takes after, whatever its own is to be; one that stands in
 * for a parent has none.
 */
function ownCompression(fact: Fact, around: Surroundings): string[] {
  const parents = (around.to.facts.get(fact.parent ?? "")?.body.inherits as string[] | undefined) ?? [];
  const above = parents.flatMap((parent) => around.to.facts.get(`column:${parent}.${fact.name}`) ?? []);
  if (above.length === 0) return [];
  const real = joinsAbove(fact, around).length > 0 ? [] : above;
  const given = real.map((column) => body(column).compression).find((one) => one !== null) ?? null;
  return compressionChange(
    `ALTER TABLE ${relationOf(fact)} ALTER COLUMN ${fact.name}`,
    given,
    body(fact).compression,
  );
}

/** From 17 on; it would go down to those below, also to what computes otherwise there. */
function setExpression(column: Fact, around: Surroundings): string {
  const b = body(column);
  const alone = computesOtherwiseBelow(column, b.expression, around.to) ? "ONLY " : "";
  const alter = `ALTER ${b.of === "f" ? "FOREIGN " : ""}TABLE ${alone}${relationOf(column)}`;
  return `${alter} ALTER COLUMN ${column.name} SET EXPRESSION AS (${b.expression})`;
}

function computesOtherwiseBelow(column: Fact, expression: string | null, snapshot: Snapshot): boolean {
  return columnsBelow(column, snapshot).some(
    (below) => body(below).expression !== expression || computesOtherwiseBelow(below, expression, snapshot),
  );
}

/** A column that comes from above computes what it computes there, at first. */
function ownExpression(fact: Fact, { from, to }: Surroundings): string[] {
  const [b, table] = [body(fact), to.facts.get(fact.parent ?? "")];
  if (b.generated === "" || from.version < 170000 || table?.kind !== "table" || !from.facts.has(table.id))
    return [];
  if (b.local && (table.body as unknown as TableBody).partitionOf === null) return [];
  const above = parentsOf(table).flatMap((parent) => to.facts.get(`column:${parent}.${fact.name}`) ?? []);
  if (above.length === 0 || above.some((one) => body(one).expression === b.expression)) return [];
  const alter = `ALTER ${b.of === "f" ? "FOREIGN " : ""}TABLE ONLY ${table.name}`;
  return [`${alter} ALTER COLUMN ${fact.name} SET EXPRESSION AS (${b.expression})`];
}

/** A column that comes from above may be NOT NULL where the parent's is not: before 18 as it is, then by its own name. */
function ownNotNull(fact: Fact, around: Surroundings): string[] {
  const b = body(fact);
  if (b.local || !b.notNull || b.notNullInherited || isView(fact)) return [];
  const table = around.to.facts.get(fact.parent ?? "");
  if (table?.kind !== "table") return [];
  const { partitionOf } = table.body as unknown as TableBody;
  // A new partition is made with all of its columns, and so is a new table of 18.
  if (!around.from.facts.has(table.id) && (partitionOf !== null || around.to.version >= 180000)) return [];
  const joined = joinsAbove(fact, around);
  const covered = parentsOf(table).some((parent) => {
    if (joined.includes(parent)) return false;
    const column = around.to.facts.get(`column:${parent}.${fact.name}`);
    return column !== undefined && body(column).notNull;
  });
  const state = stateOf(b);
  if (covered || state === null || state.notValid) return [];
  const alter = `ALTER TABLE ${relationOf(fact)}`;
  return around.to.version >= 180000
    ? [addNotNull(state, alter, fact.name)]
    : [`${alter} ALTER COLUMN ${fact.name} SET NOT NULL`];
}

/** Before 18 a child may give up the NOT NULL that it got from its parents when it, or the column, came to be. */
function givenUpNotNull(fact: Fact, { from, to }: Surroundings): string[] {
  const b = body(fact);
  const table = to.facts.get(fact.parent ?? "");
  if (to.version >= 180000 || b.notNull || table?.kind !== "table") return [];
  if (b.local && from.facts.has(table.id)) return [];
  const gotIt = (table.body as unknown as TableBody).inherits
    .flatMap((parent) => withAncestors(parent, to))
    .some((parent) => to.facts.get(`column:${parent}.${fact.name}`)?.body.notNull === true);
  return gotIt ? [`ALTER TABLE ONLY ${table.name} ALTER COLUMN ${fact.name} DROP NOT NULL`] : [];
}

/** A new column below one with a default has that too, whether the column or the table comes to be. */
function givenUpDefault(fact: Fact, around: Surroundings): string[] {
  const { from, to } = around;
  const table = to.facts.get(fact.parent ?? "");
  const b = body(fact);
  if (table?.kind !== "table" || b.generated !== "" || b.identity !== "") return [];
  const { partitionOf } = table.body as unknown as TableBody;
  const apart = from.facts.has(table.id) ? joinsAbove(fact, around).length > 0 : partitionOf !== null;
  const defaultOf = (name: string) => `default:${name}.${fact.name}`;
  if (apart || to.facts.has(defaultOf(table.name))) return [];
  const given = withAncestors(table.name, to)
    .slice(1)
    .some((name) => from.facts.has(`table:${name}`) && to.facts.has(defaultOf(name)));
  return given ? [`ALTER TABLE ONLY ${table.name} ALTER COLUMN ${fact.name} DROP DEFAULT`] : [];
}

function withoutPosition(fact: Fact) {
  const { sequence } = body(fact);
  return sequence === null ? null : { ...sequence, position: undefined };
}

export function generatedClause({ generated, expression }: ColumnBody): string[] {
  return generated === ""
    ? []
    : [`GENERATED ALWAYS AS (${expression}) ${generated === "s" ? "STORED" : "VIRTUAL"}`];
}

export function isView(fact: Fact): boolean {
  return body(fact).of === "v" || body(fact).of === "m";
}

/** A new column on a table with rows needs its default at once, or NOT NULL fails. */
export function inlineDefault(fact: Fact, snapshot: Snapshot): string {
  const value = snapshot.facts.get(`default:${relationOf(fact)}.${fact.name}`);
  return value && !isOfSession(value) ? defaultClause(value) : "";
}

/** A table below that keeps the column of its parent keeps its values: each above gives it up alone. */
export function isKeptBelow(fact: Fact, around: Surroundings): boolean {
  if (around.to.facts.has(fact.id)) return false;
  return dependantsOf(around.from, fact.parent ?? "").some((id) => {
    const other = id.startsWith("table:") ? around.from.facts.get(id) : undefined;
    const inherits = (other?.body.inherits as string[] | undefined) ?? [];
    if (!inherits.includes(relationOf(fact))) return false;
    const below = around.from.facts.get(`column:${other?.name}.${fact.name}`);
    return below !== undefined && (around.to.facts.has(below.id) || isKeptBelow(below, around));
  });
}

function forgetViewColumn(fact: Fact): string[] {
  const on = `${relationOf(fact)}.${fact.name}`;
  const alter = `ALTER MATERIALIZED VIEW ${relationOf(fact)} ALTER COLUMN ${fact.name}`;
  const b = body(fact);
  return [
    ...(b.storage === null || b.storage === b.typeStorage
      ? []
      : [`${alter} SET STORAGE ${STORAGE[b.typeStorage]}`]),
    ...compressionChange(alter, b.compression, null),
    ...(b.statistics === null ? [] : [`${alter} SET STATISTICS -1`]),
    ...alterOptions(alter, b.options, []),
    ...alterGrants({ on: `TABLE ${relationOf(fact)}`, all: "" }, fact.acl ?? [], [], ` (${fact.name})`),
    ...(fact.comment === null ? [] : [`COMMENT ON COLUMN ${on} IS NULL`]),
  ];
}

/** `schema.table` of a part of a table. */
export function relationOf(fact: Fact): string {
  return nameOfId(fact.parent ?? "");
}

function alterColumn(from: Fact, to: Fact, around: Surroundings): string[] | "replace" {
  const [a, b] = [body(from), body(to)];
  if (isView(to)) return columnSettings(relationOf(to), to, a);
  // SET EXPRESSION came with 17; before, what is computed anyway is computed anew.
  if (b.generated === "s" && a.expression !== b.expression && around.from.version < 170000) return "replace";
  if (a.generated !== b.generated && b.generated !== "") return "replace";
  if (isMoved(to, around)) return "replace";
  if (a.generated === "v" && b.generated === "") return "replace";
  const table = relationOf(to);
  const alterTable = `ALTER ${b.of === "f" ? "FOREIGN " : ""}TABLE ${table}`;
  const on = `${alterTable} ALTER COLUMN ${to.name}`;
  const retyped = a.type !== b.type || a.collation !== b.collation;
  const rows = convertRows(a.type, b.type, around);
  const using =
    b.of === "f" || b.generated !== "" || a.type === b.type || hasForeignBelow(from, around)
      ? ""
      : ` USING ${rows?.value(to.name) ?? convertedValue(from, to, around)}`;
  const foreign = alterForeignOptions(a.foreignOptions, b.foreignOptions);
  const apart = retyped && a.local && refusesRetype(from, around);
  // A smaller type takes only bounds that fit it: they are narrowed first.
  const narrowed =
    a.sequence !== null && b.sequence !== null && BigInt(b.sequence.max) < BigInt(a.sequence.max);
  return [
    ...(a.generated === "s" && b.generated === "" ? [`${on} DROP EXPRESSION`] : []),
    ...(ownIdentity(a) !== "" && ownIdentity(b) === "" ? [`${on} DROP IDENTITY`] : []),
    ...(narrowed ? alterIdentity(a, b, on, to, around) : []),
    ...(apart ? [`${on} DROP NOT NULL`] : []),
    ...(rows && using ? rows.create : []),
    ...(retyped ? [`${on} TYPE ${b.type}${b.collation ? ` COLLATE ${b.collation}` : ""}${using}`] : []),
    ...(rows && using ? rows.drop : []),
    ...(a.generated !== "" && b.generated !== "" && a.expression !== b.expression
      ? [setExpression(to, around)]
      : []),
    ...(apart ? [`${on} SET NOT NULL`] : []),
    ...withThoseBelow(
      alterNotNull(leftBehind(from, around), isNoInheritLate(to, around) ? inherited(b) : b, table, to.name, {
        named: isSharedName(b, around.to.facts.get(to.parent ?? ""), around),
        alone: b.of !== "p" && around.from.version < 180000 && columnsBelow(from, around.from).length > 0,
        inPlace: needsNotNull(from, around.from) || columnsBelow(from, around.from).length === 0,
      }),
      to,
      around,
    ),
    ...(narrowed ? [] : alterIdentity(a, b, on, to, around)),
    ...compressionChange(on, retyped ? null : a.compression, b.compression),
    ...columnSettings(table, to, retyped ? { ...a, storage: null } : a),
    ...(foreign ? [`${on} ${foreign}`] : []),
  ];
}

/** PostgreSQL takes no USING for a column that a foreign table has from it: the assignment cast has to do. */
function hasForeignBelow(column: Fact, around: Surroundings): boolean {
  return columnsBelow(column, around.from).some((below) => {
    const [was, is] = [around.from, around.to].map(({ facts }) => facts.get(below.parent ?? ""));
    const stays =
      is !== undefined && parentsOf(is).includes(relationOf(column)) && was?.body.bound === is.body.bound;
    return stays && (body(below).of === "f" || hasForeignBelow(below, around));
  });
}

/** Its NOT NULL as it stands when the table has left the parents that it leaves: what it had from those is its own. */
function leftBehind(column: Fact, around: Surroundings): ColumnBody {
  const { from, to } = around;
  const b = body(column);
  const [was, is] = [from.facts.get(column.parent ?? ""), to.facts.get(column.parent ?? "")];
  if (!b.notNullInherited || !was || !is || hasFromKeptParent(column, was, is, around, from)) return b;
  return { ...b, notNullInherited: false };
}

/** Whether a parent that the table has before and after is NOT NULL here. */
export function hasFromKeptParent(
  column: Fact,
  was: Fact,
  is: Fact,
  around: Surroundings,
  snapshot: Snapshot,
): boolean {
  if (was.kind !== "table" || is.kind !== "table") return false;
  return keptParents(was, is, around).some((parent) => {
    const above = snapshot.facts.get(`column:${parent}.${column.name}`);
    return above !== undefined && body(above).notNull;
  });
}

/**
 * PostgreSQL 18 refuses to retype a NOT NULL column of a parent when a child has a NOT NULL of its own under another
 * name ("a not-null constraint named … already exists for this column"): it is taken off and put back.
 */
function refusesRetype(column: Fact, { from, to }: Surroundings): boolean {
  const b = body(column);
  if (from.version < 180000 || !b.notNull || hasKey(column, from)) return false;
  return dependantsOf(from, column.parent ?? "").some((id) => {
    const table = id.startsWith("table:") && to.facts.has(id) ? from.facts.get(id) : undefined;
    if (!((table?.body.inherits as string[] | undefined) ?? []).includes(relationOf(column))) return false;
    const own = from.facts.get(`column:${table?.name}.${column.name}`);
    return own !== undefined && !body(own).notNullInherited && body(own).notNullName !== b.notNullName;
  });
}

function hasKey({ parent }: Fact, { children }: Snapshot): boolean {
  return (children.get(parent ?? "") ?? []).some((one) => one.body.type === "p");
}

/** PostgreSQL refuses to drop the NOT NULL of a key and of an identity. */
function needsNotNull(column: Fact, snapshot: Snapshot): boolean {
  return hasKey(column, snapshot) || ownIdentity(body(column)) !== "";
}

/** NO INHERIT is said last of a NOT NULL that a new key or identity needs: neither comes over such a one. */
export function isNoInheritLate(column: Fact, { from, to }: Surroundings): boolean {
  // Asked first: of nearly every column.
  if (body(column).notNullConstraint?.noInherit !== true) return false;
  const was = from.facts.get(column.id);
  return needsNotNull(column, to) && !(was && needsNotNull(was, from));
}

function inherited(b: ColumnBody): ColumnBody {
  return { ...b, notNullConstraint: b.notNullConstraint && { ...b.notNullConstraint, noInherit: false } };
}

/** The value of a column in the type that it gets. */
export function convertedValue(from: Fact, to: Fact, around: Surroundings): string {
  const [a, b] = [body(from), body(to)];
  if (a.type === b.type) return to.name;
  const row = convertedRow(to.name, a.type, b.type, around);
  if (row !== null) return row;
  const array = b.type.endsWith("[]") ? "[]" : "";
  const through = throughText(from, around.from) || throughText(to, around.to);
  const whole = isBoolean(a.type) !== isBoolean(b.type) && haveNumber(a, b);
  const step = whole ? "::integer" : through || needsText(a.type, b.type) ? "::text" : "";
  return `${to.name}${step === "" ? "" : `${step}${array}`}::${b.type}`;
}

function isBoolean(type: string): boolean {
  return /^boolean(\[\])*$/.test(type);
}

/** Of the numbers only integer has casts to and from boolean. */
function haveNumber(a: ColumnBody, b: ColumnBody): boolean {
  return [a, b].some(({ type }) => /^(smallint|bigint|numeric|real|double precision)\b/.test(type));
}

/** Types that people made rarely have casts to one another, but all have a text form. */
function throughText(column: Fact, snapshot: Snapshot): boolean {
  return column.deps.some((id) =>
    ["enum", "composite", "range"].includes(snapshot.facts.get(id)?.kind ?? ""),
  );
}

/** A column that took its numbers from one sequence goes on after its highest one with the other. */
export function continueNumbers(column: Fact, sequence: SequenceNumbers, name: string): string[] {
  if (BigInt(sequence.increment) < 0n) return [];
  const next = `greatest(max(${column.name}) + 1, ${sequence.start})`;
  return [
    `SELECT pg_catalog.setval('${name.replaceAll("'", "''")}', ${next}, false) FROM ${relationOf(column)}`,
  ];
}

/** A serial that becomes an identity column. */
function wasSerial(column: Fact, { from }: Surroundings): boolean {
  const value = from.facts.get(`default:${relationOf(column)}.${column.name}`);
  return (value?.deps ?? []).some(
    (id) => from.facts.get(id)?.body.ownedBy === `${relationOf(column)}.${column.name}`,
  );
}

/** Where the sequence of an identity waits, with its schema, while another one takes the name that it leaves. */
export function sequenceAside({ id }: Fact, { from, to }: Surroundings): string | null {
  const [was, is] = [from.facts.get(id), to.facts.get(id)];
  const left = was ? body(was).sequenceName : null;
  const next = is ? body(is).sequenceName : null;
  if (!was || left === null || next === null || left === next || !isTaken(left, to)) return null;
  const number = [...from.children.keys()].indexOf(was.parent ?? "");
  const bare = body(was).sequenceBare ?? "";
  return `${left.slice(0, -bare.length)}dbmigrator_aside_${number}_${body(was).position}`;
}

function alterIdentity(
  a: ColumnBody,
  b: ColumnBody,
  on: string,
  column: Fact,
  around: Surroundings,
): string[] {
  if (ownIdentity(b) === "") return [];
  if (ownIdentity(a) === "") {
    const { sequence, sequenceName } = b;
    const goesOn = sequence && sequenceName && wasSerial(column, around);
    return [
      `${on} ADD ${identityClause(column, around)}`,
      ...ownSequenceType(b, b.type),
      ...(goesOn ? continueNumbers(column, sequence, sequenceName) : []),
    ];
  }
  const renamed =
    a.sequenceName !== b.sequenceName && a.sequenceName !== null && b.sequenceName !== null
      ? [`ALTER SEQUENCE ${sequenceAside(column, around) ?? a.sequenceName} RENAME TO ${b.sequenceBare}`]
      : [];
  const options =
    b.sequence && a.sequence
      ? sequenceOptions(b.sequence, a.sequence).filter((o) => !o.startsWith("AS "))
      : [];
  return [
    ...renamed,
    ...ownSequenceType(b, a.type === b.type ? (a.sequence?.type ?? b.type) : b.type, a.sequence),
    ...(a.identity === b.identity
      ? []
      : [`${on} SET GENERATED ${b.identity === "a" ? "ALWAYS" : "BY DEFAULT"}`]),
    ...(options.length > 0 && a.sequence && b.sequence
      ? [
          alterNumbers(
            b.sequenceName ?? "",
            `${on} ${options.map((option) => `SET ${option}`).join(" ")}`,
            a.sequence,
            b.sequence,
          ),
        ]
      : []),
  ];
}
