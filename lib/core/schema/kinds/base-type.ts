import { anyIn, literal, notMember, oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition, Row, Surroundings } from "../types";

type Body = Record<string, string | boolean | null>;
const body = (fact: Fact) => fact.body as Body;

/** What ALTER TYPE … SET may change (docs: "ALTER TYPE"). */
const SETTABLE = ["receive", "send", "typmod_in", "typmod_out", "analyze", "subscript", "storage"];
const ROUTINES = ["input", "output", "receive", "send", "typmod_in", "typmod_out", "analyze", "subscript"];
const ALIGNMENT: Record<string, string> = { c: "char", s: "int2", i: "int4", d: "double" };
const STORAGE: Record<string, string> = { p: "plain", e: "external", m: "main", x: "extended" };
const NO_ARRAY = "NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid)";
const UNUSUAL_TYPES = anyIn(
  "pg_type t",
  "t.oid",
  `(t.typtype = 'r' OR NOT t.typisdefined OR t.typtype = 'b' AND ${NO_ARRAY})`,
);
const routine = (column: string) => `nullif(t.${column}::oid, 0)::regproc::text`;

/** pg_type with typtype b that is no array. It needs its shell first, and its functions between the two. */
export const baseTypeKind: KindDefinition = {
  kind: "base_type",
  keyword: "TYPE",
  presence: UNUSUAL_TYPES,
  query:
    () => `SELECT t.oid, t.typarray, t.typowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(t.typname) AS name,
      coalesce(t.typacl, acldefault('T', t.typowner))::text[] AS acl, ${routine("typinput")} AS input, ${routine("typoutput")} AS output,
      ${routine("typreceive")} AS receive, ${routine("typsend")} AS send, ${routine("typmodin")} AS typmod_in, ${routine("typmodout")} AS typmod_out,
      ${routine("typanalyze")} AS analyze, ${routine("typsubscript")} AS subscript, t.typlen::text AS length, t.typbyval AS by_value, t.typalign AS alignment,
      t.typstorage AS storage, t.typcategory AS category, t.typispreferred AS preferred, coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)) AS default,
      CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END AS element, t.typdelim AS delimiter, t.typcollation <> 0 AS collatable
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE t.typtype = 'b' AND ${NO_ARRAY} AND ${USER_NAMESPACE}`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const texts = [
      ...ROUTINES,
      "length",
      "alignment",
      "storage",
      "category",
      "default",
      "element",
      "delimiter",
    ];
    return {
      id: `base_type:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: {
        ...Object.fromEntries(texts.map((key) => [key, optional(row, key)])),
        by_value: row.by_value === true,
        preferred: row.preferred === true,
        collatable: row.collatable === true,
      },
      addresses: [
        { catalog: "pg_type", oid: oid(row) },
        { catalog: "pg_type", oid: oid(row, "typarray") },
      ],
      extraDeps: [`shell_type:${name}`],
    };
  },
  create: (fact) => {
    const b = body(fact);
    const parts = ROUTINES.filter((key) => b[key]).map((key) => `${key.toUpperCase()} = ${b[key]}`);
    parts.push(`INTERNALLENGTH = ${b.length === "-1" ? "VARIABLE" : b.length}`);
    if (b.by_value) parts.push("PASSEDBYVALUE");
    parts.push(`ALIGNMENT = ${ALIGNMENT[String(b.alignment)]}`, `STORAGE = ${STORAGE[String(b.storage)]}`);
    if (b.category !== "U") parts.push(`CATEGORY = ${literal(String(b.category))}`);
    if (b.preferred) parts.push("PREFERRED = true");
    if (b.default !== null) parts.push(`DEFAULT = ${b.default}`);
    if (b.element !== null) parts.push(`ELEMENT = ${b.element}`);
    if (b.delimiter !== ",") parts.push(`DELIMITER = ${literal(String(b.delimiter))}`);
    if (b.collatable) parts.push("COLLATABLE = true");
    return [`CREATE TYPE ${fact.name} (\n  ${parts.join(",\n  ")}\n)`];
  },
  // The functions that read and write it go with it; its shell is made anew where that is still wanted.
  drop: (fact, around) => [`DROP TYPE ${fact.name} CASCADE`, ...shellAgain(fact, around)],
  alter: (from, to, around) => {
    const [a, b] = [body(from), body(to)];
    const changed = Object.keys(b).filter((key) => key !== "routines" && a[key] !== b[key]);
    const settable = changed.every(
      (key) => SETTABLE.includes(key) && !(key === "storage" && b.storage === "p"),
    );
    // A column would go with its type: while one holds its values, the difference stays and is told.
    if (!settable) return isHeld(from, around) ? [] : "replace";
    const parts = changed.map((key) => {
      const value = key === "storage" ? STORAGE[String(b.storage)] : (b[key] ?? "NONE");
      return `${key.toUpperCase()} = ${value}`;
    });
    return parts.length > 0 ? [`ALTER TYPE ${to.name} SET (${parts.join(", ")})`] : [];
  },
  compared: (fact) => ({ ...fact.body, routines: undefined }),
  ownedAs: (fact) => `TYPE ${fact.name}`,
  grantedOn: (fact) => ({ on: `TYPE ${fact.name}`, all: "U" }),
};

/** The shell that DROP TYPE took along, for the next type of that name or for itself. */
export function shellAgain(fact: Fact, { to }: Surroundings): string[] {
  return to.facts.has(`shell_type:${fact.name}`) ? [`CREATE TYPE ${fact.name}`] : [];
}

function isHeld(type: Fact, around: Surroundings): boolean {
  for (const fact of around.from.facts.values())
    if (
      fact.kind === "column" &&
      fact.deps.includes(type.id) &&
      around.to.facts.get(fact.id)?.deps.includes(type.id)
    )
      return true;
  return false;
}

/** The empty first half of base types, and of ranges with a canonical function; those without a second half too. */
export const shellTypeKind: KindDefinition = {
  kind: "shell_type",
  keyword: "TYPE",
  presence: UNUSUAL_TYPES,
  query:
    () => `SELECT t.oid, quote_ident(n.nspname) AS schema, quote_ident(t.typname) AS name, NOT t.typisdefined AS alone,
      CASE WHEN NOT t.typisdefined THEN t.typowner END AS owner
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_range r ON r.rngtypid = t.oid AND r.rngcanonical::oid <> 0
    WHERE (t.typtype = 'b' AND ${NO_ARRAY} OR NOT t.typisdefined OR r.rngtypid IS NOT NULL) AND ${USER_NAMESPACE} AND ${notMember("pg_type", "t.oid")}`,
  read: (row: Row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    return {
      id: `shell_type:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { alone: row.alone === true },
      addresses: row.alone === true ? [{ catalog: "pg_type", oid: oid(row) }] : [],
      extraDeps: [`schema:${text(row, "schema")}`],
    };
  },
  create: (fact) => [`CREATE TYPE ${fact.name}`],
  drop: (fact) => (fact.body.alone ? [`DROP TYPE ${fact.name}`] : []),
  alter: () => [],
  compared: () => ({}),
  ownedAs: (fact) => `TYPE ${fact.name}`,
};
