import { rebuildsOf } from "../rebuilds";
import {
  alterOptions,
  list,
  literal,
  oid,
  optional,
  storageOptions,
  text,
  USER_NAMESPACE,
} from "../sql-text";
import type { Fact, KindDefinition, Snapshot, Surroundings } from "../types";
import { relationOf } from "./column";
import { alterTable, inheritedCheck, tableBody } from "./table";

export interface ConstraintBody {
  type: "p" | "u" | "f" | "c" | "x";
  definition: string;
  validated: boolean;
  enforced: boolean;
  deferrable: boolean;
  deferred: boolean;
  /** Key constraints of partitions: the parent's index they are attached to. */
  attachedTo: string | null;
  partitioned: boolean;
  /** Its own index, quoted without schema. */
  index: string | null;
  /** Storage parameters of that index. */
  indexOptions: string[];
  indexComment: string | null;
  /**
   * An exclusion of a partitioned table alone that partitions lack. ATTACH PARTITION would make theirs, so it comes
   * after that (see diff/late).
   */
  lackedBelow: boolean;
}
export const constraintBody = (fact: Fact) => fact.body as unknown as ConstraintBody;

/** pg_constraint of tables, without those that partitions and children have by inheritance alone. */
export const constraintKind: KindDefinition = {
  kind: "constraint",
  keyword: "CONSTRAINT",
  query: (
    version,
  ) => `SELECT k.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS relation, quote_ident(n.nspname) AS schema,
      quote_ident(k.conname) AS name, k.contype AS type, pg_get_constraintdef(k.oid) AS definition, k.convalidated AS validated,
      ${version >= 180000 ? "k.conenforced" : "true"} AS enforced, k.condeferrable AS deferrable, k.condeferred AS deferred,
      CASE WHEN k.contype IN ('p', 'u', 'x') THEN k.conindid END AS index_oid, quote_ident(ic.relname) AS index, ic.reloptions AS index_options,
      CASE WHEN k.contype IN ('p', 'u', 'x') THEN (SELECT id.description FROM pg_description id
        WHERE id.classoid = 'pg_class'::regclass AND id.objoid = k.conindid AND id.objsubid = 0) END AS index_comment,
      c.relkind = 'p' AS partitioned, c.relkind = 'p' AND (SELECT NOT indisvalid FROM pg_index WHERE indexrelid = ic.oid) AS index_invalid, CASE WHEN ic.relispartition THEN (SELECT quote_ident(pn.nspname) || '.' || quote_ident(pc.relname)
        FROM pg_inherits h JOIN pg_class pc ON pc.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = pc.relnamespace WHERE h.inhrelid = k.conindid) END AS attached_to,
      quote_ident(rk.conname) AS foreign_key,
      CASE WHEN k.contype = 'f' THEN k.confrelid::regclass::text END AS foreign_table
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class ic ON ic.oid = k.conindid AND k.contype IN ('p', 'u', 'x')
    LEFT JOIN pg_constraint rk ON rk.conindid = k.conindid AND rk.conrelid = k.confrelid AND rk.contype IN ('p', 'u') AND k.contype = 'f'
    WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND (k.conislocal OR k.contype IN ('p', 'u', 'x')) AND (k.contype <> 'f' OR k.conparentid = 0)
      AND c.relpersistence <> 't' AND ${USER_NAMESPACE}`,
  read: (row) => {
    const relation = text(row, "relation");
    const name = text(row, "name");
    const index = optional(row, "index");
    const constraint: ConstraintBody = {
      type: text(row, "type") as ConstraintBody["type"],
      definition: withoutOptions(text(row, "definition"), list(row, "index_options")),
      validated: row.validated === true,
      enforced: row.enforced === true,
      deferrable: row.deferrable === true,
      deferred: row.deferred === true,
      attachedTo: optional(row, "attached_to"),
      partitioned: row.partitioned === true,
      lackedBelow: false,
      index,
      indexOptions: list(row, "index_options"),
      indexComment: optional(row, "index_comment"),
    };
    constraint.lackedBelow =
      constraint.partitioned && row.index_invalid === true && isIncomparable(constraint);
    const addresses = [{ catalog: "pg_constraint", oid: oid(row) }];
    if (row.index_oid) addresses.push({ catalog: "pg_class", oid: oid(row, "index_oid") });
    const deps = row.foreign_key ? [`constraint:${row.foreign_table}.${row.foreign_key}`] : [];
    return {
      id: `constraint:${relation}.${name}`,
      name,
      schema: text(row, "schema"),
      parent: `table:${relation}`,
      body: constraint as unknown as Fact["body"],
      addresses,
      extraDeps: deps,
    };
  },
  create: (fact, around) => {
    const b = constraintBody(fact);
    if (isInherited(fact, around, "from") && !saysOtherwise(fact, around.from)) return [];
    if (b.lackedBelow) return [];
    if (comesWithParents(fact)) return b.indexComment === null ? [] : [commentIndex(fact)];
    const alone = b.type !== "f" && b.type !== "c" && !isIncomparable(b);
    return addConstraint(fact, alone && (b.partitioned || b.attachedTo) ? "ONLY " : "");
  },
  drop: (fact, around) =>
    isInherited(fact, around, "to") ? [] : [`ALTER TABLE ${relationOf(fact)} DROP CONSTRAINT ${fact.name}`],
  alter: (from, to) => {
    const [a, b] = [constraintBody(from), constraintBody(to)];
    const bare = (c: ConstraintBody) => ({
      ...c,
      attachedTo: null,
      definition: withoutState(c.definition),
      validated: true,
      enforced: true,
      deferrable: false,
      deferred: false,
      indexOptions: [],
      indexComment: null,
    });
    if (comesWithParents(to) && a.attachedTo !== b.attachedTo) return "replace";
    if (JSON.stringify(bare(a)) !== JSON.stringify(bare(b))) return "replace";
    // What is enforced from now on is validated with it.
    if (b.enforced && !b.validated && (a.validated || !a.enforced)) return "replace";
    const on = `ALTER TABLE ${relationOf(to)}`;
    const deferral = a.deferrable !== b.deferrable || a.deferred !== b.deferred;
    if ((deferral || a.enforced !== b.enforced) && b.type !== "f") return "replace";
    return [
      ...(a.enforced === b.enforced
        ? []
        : [`${on} ALTER CONSTRAINT ${to.name} ${b.enforced ? "" : "NOT "}ENFORCED`]),
      ...(deferral
        ? [
            `${on} ALTER CONSTRAINT ${to.name} ${b.deferrable ? `DEFERRABLE INITIALLY ${b.deferred ? "DEFERRED" : "IMMEDIATE"}` : "NOT DEFERRABLE"}`,
          ]
        : []),
      ...alterOptions(`ALTER INDEX ${fullIndexName(to)}`, a.indexOptions, b.indexOptions),
      ...(a.indexComment === b.indexComment ? [] : [commentIndex(to)]),
      ...(!a.validated && b.validated && a.enforced ? [`${on} VALIDATE CONSTRAINT ${to.name}`] : []),
    ];
  },
  commentOn: (fact) =>
    constraintBody(fact).lackedBelow ? null : `CONSTRAINT ${fact.name} ON ${relationOf(fact)}`,
};

function addConstraint(fact: Fact, only: "ONLY " | ""): string[] {
  const b = constraintBody(fact);
  return [
    `ALTER TABLE ${only}${relationOf(fact)} ADD CONSTRAINT ${fact.name} ${withOptions(b)}`,
    ...(b.indexComment === null ? [] : [commentIndex(fact)]),
  ];
}

/** It, with its comments. */
export function addToWholeAlone(fact: Fact): string[] {
  const on = `CONSTRAINT ${fact.name} ON ${relationOf(fact)}`;
  const words = fact.comment === null ? [] : [`COMMENT ON ${on} IS ${literal(fact.comment)}`];
  return [...addConstraint(fact, "ONLY "), ...words];
}

/** Exclusions are never found to be the same ("no support currently for comparing exclusion indexes"). */
function isIncomparable(b: ConstraintBody): boolean {
  return b.type === "x" || / WITHOUT OVERLAPS\)/.test(b.definition);
}

/** A part of an exclusion of a partitioned table: made by its parent's, or when the partition is attached. */
export function comesWithParents({ kind, body }: Fact): boolean {
  return (
    kind === "constraint" && Boolean(body.attachedTo) && isIncomparable(body as unknown as ConstraintBody)
  );
}

/** A table that leaves its parent keeps what it had from it; one that joins a parent must have it before. */
function isInherited(fact: Fact, around: Surroundings, side: "from" | "to"): boolean {
  const [was, is] = [around.from.facts.get(fact.parent ?? ""), around.to.facts.get(fact.parent ?? "")];
  if (was?.kind !== "table" || is?.kind !== "table" || alterTable(was, is) === "replace") return false;
  const { old, fresh } = rebuildsOf(around);
  if (old.has(was.id) || fresh.has(is.id)) return false;
  return tableBody(side === "from" ? was : is).inheritedConstraints.includes(fact.name);
}

/** Whether the check that its table has from a parent is another one of the same name. */
export function saysOtherwise(fact: Fact, snapshot: Snapshot): boolean {
  const table = snapshot.facts.get(fact.parent ?? "");
  const inherited = table?.kind === "table" ? inheritedCheck(table, fact.name, snapshot) : null;
  return inherited !== null && inherited !== constraintBody(fact).definition;
}

/** Of exclusions alone PostgreSQL prints the storage parameters; they are facts of their own. */
function withoutOptions(definition: string, options: string[]): string {
  if (options.length === 0 || !definition.startsWith("EXCLUDE ")) return definition;
  const names = options.map((option) => `"?${option.slice(0, option.indexOf("="))}"?='?[^']*'?`);
  return definition.replace(
    new RegExp(` WITH \\(${names.join(", ")}\\)(?= WHERE | DEFERRABLE| INITIALLY|$)`),
    "",
  );
}

/** Storage parameters stand before the state of the constraint and the predicate of an exclusion. */
function withOptions(b: ConstraintBody): string {
  if (b.indexOptions.length === 0) return b.definition;
  const at = b.definition.search(/ WHERE \(| DEFERRABLE| INITIALLY DEFERRED/);
  const end = at === -1 ? b.definition.length : at;
  return `${b.definition.slice(0, end)} WITH (${storageOptions(b.indexOptions)})${b.definition.slice(end)}`;
}

function fullIndexName(fact: Fact): string {
  return `${fact.schema}.${constraintBody(fact).index}`;
}

function commentIndex(fact: Fact): string {
  const { indexComment } = constraintBody(fact);
  return `COMMENT ON INDEX ${fullIndexName(fact)} IS ${indexComment === null ? "NULL" : literal(indexComment)}`;
}

function withoutState(definition: string): string {
  return definition.replace(/( NOT VALID| NOT ENFORCED| DEFERRABLE| INITIALLY DEFERRED)+$/, "");
}
