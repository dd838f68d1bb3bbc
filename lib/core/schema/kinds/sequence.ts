import { oid, optional, text, USER_NAMESPACE } from "../sql-text";
import type { Fact, KindDefinition } from "../types";

/** What identity columns and sequences share. */
export type SequenceNumbers = Omit<SequenceBody, "ownedBy" | "unlogged">;

export interface SequenceBody {
  type: string;
  start: string;
  increment: string;
  min: string;
  max: string;
  cache: string;
  cycle: boolean;
  unlogged: boolean;
  /** `schema.table.column`, quoted. */
  ownedBy: string | null;
}
const body = (fact: Fact) => fact.body as unknown as SequenceBody;

const BOUNDS: Record<string, [min: string, max: string]> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

/** Options of a new sequence, without those that it has when nothing is said (docs: CREATE SEQUENCE). */
export function newSequenceOptions(to: SequenceNumbers): string[] {
  const rises = !to.increment.startsWith("-");
  const [min, max] = BOUNDS[to.type] ?? ["", ""];
  return sequenceOptions(to, {
    type: "bigint",
    increment: "1",
    min: rises ? "1" : min,
    max: rises ? max : "-1",
    start: rises ? to.min : to.max,
    cache: "1",
    cycle: false,
  });
}

/** Options as ALTER SEQUENCE writes them; what is equal is left out. */
export function sequenceOptions(to: SequenceNumbers, from: SequenceNumbers): string[] {
  const options: [keyof SequenceNumbers, string][] = [
    ["type", `AS ${to.type}`],
    ["increment", `INCREMENT BY ${to.increment}`],
    ["min", `MINVALUE ${to.min}`],
    ["max", `MAXVALUE ${to.max}`],
    ["start", `START WITH ${to.start}`],
    ["cache", `CACHE ${to.cache}`],
    ["cycle", to.cycle ? "CYCLE" : "NO CYCLE"],
  ];
  return options.filter(([key]) => from[key] !== to[key]).map(([, sql]) => sql);
}

/**
 * A change of numbers, with a RESTART where the place that the sequence has reached lies outside of its new bounds.
 * The server looks when it runs: a place read before would be old, and reading it locks every sequence until the
 * end of the transaction.
 * @param statement ALTER SEQUENCE, or ALTER TABLE of an identity column, to which RESTART can be added
 */
export function alterNumbers(
  sequence: string,
  statement: string,
  from: Pick<SequenceNumbers, "min" | "max">,
  to: Pick<SequenceNumbers, "min" | "max" | "start">,
): string {
  const [wasMin, wasMax] = [BigInt(from.min), BigInt(from.max)];
  const [min, max] = [BigInt(to.min), BigInt(to.max)];
  if (min > wasMax) return `${statement} RESTART WITH ${min}`;
  if (max < wasMin) return `${statement} RESTART WITH ${to.start}`;
  const outside = [
    ...(min > wasMin ? [{ test: `< ${min}`, start: to.min }] : []),
    ...(max < wasMax ? [{ test: `> ${max}`, start: to.start }] : []),
  ];
  if (outside.length === 0) return statement;
  const branches = outside.map(
    ({ test, start }) =>
      `IF (SELECT last_value FROM ${sequence}) ${test} THEN\n    ${statement} RESTART WITH ${start};\n  `,
  );
  return `DO $restart$\nBEGIN\n  ${branches.join("ELS")}ELSE\n    ${statement};\n  END IF;\nEND $restart$`;
}

export function persistenceSql(fact: Fact): string {
  return `ALTER SEQUENCE ${fact.name} SET ${fact.body.unlogged ? "UNLOGGED" : "LOGGED"}`;
}

/** pg_class with relkind S that no identity column made, and pg_sequence. */
export const sequenceKind: KindDefinition = {
  kind: "sequence",
  keyword: "SEQUENCE",
  query:
    () => `SELECT c.oid, c.relowner AS owner, quote_ident(n.nspname) AS schema, quote_ident(c.relname) AS name,
      coalesce(c.relacl, acldefault('s', c.relowner))::text[] AS acl, format_type(s.seqtypid, NULL) AS type,
      s.seqstart::text AS start, s.seqincrement::text AS increment, s.seqmin::text AS min, s.seqmax::text AS max,
      s.seqcache::text AS cache, s.seqcycle AS cycle, c.relpersistence = 'u' AS unlogged,
      (SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.relname) || '.' || quote_ident(a.attname) FROM pg_depend d
        JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a') AS owned_by
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${USER_NAMESPACE}
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i')`,
  read: (row) => {
    const name = `${text(row, "schema")}.${text(row, "name")}`;
    const sequence: SequenceBody = {
      type: text(row, "type"),
      start: text(row, "start"),
      increment: text(row, "increment"),
      min: text(row, "min"),
      max: text(row, "max"),
      cache: text(row, "cache"),
      cycle: row.cycle === true,
      unlogged: row.unlogged === true,
      ownedBy: optional(row, "owned_by"),
    };
    return {
      id: `sequence:${name}`,
      name,
      schema: text(row, "schema"),
      parent: null,
      body: { ...sequence },
      addresses: [{ catalog: "pg_class", oid: oid(row) }],
    };
  },
  create: (fact) => [
    [
      `CREATE ${body(fact).unlogged ? "UNLOGGED " : ""}SEQUENCE ${fact.name}`,
      ...newSequenceOptions(body(fact)),
    ].join(" "),
  ],
  drop: (fact) => [`DROP SEQUENCE ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [body(from), body(to)];
    const options = sequenceOptions(b, a);
    const numbers = `ALTER SEQUENCE ${to.name} ${options.join(" ")}`;
    return [
      ...(options.length > 0 ? [alterNumbers(to.name, numbers, a, b)] : []),
      ...(a.unlogged === b.unlogged ? [] : [persistenceSql(to)]),
    ];
  },
  // Ownership by a column is an action of its own: the column may come later than the sequence. Snapshots written
  // before hold a position, which is data.
  compared: (fact) => ({ ...fact.body, ownedBy: undefined, position: undefined }),
  ownedAs: (fact) => `SEQUENCE ${fact.name}`,
  grantedOn: (fact) => ({ on: `SEQUENCE ${fact.name}`, all: "rwU" }),
};
