import { alterGrants, parseAcl, sortGrants } from "../schema/grants";
import { kindOf } from "../schema/kinds/all";
import { columnOf } from "../schema/kinds/privileges";
import { literal } from "../schema/sql-text";
import type { Fact, Grant, Surroundings } from "../schema/types";

/** `COMMENT ON …`, for every kind. */
export function commentSql(fact: Fact): string[] {
  const definition = kindOf(fact.kind);
  const on = definition.commentOn ? definition.commentOn(fact) : `${definition.keyword} ${fact.name}`;
  return on === null ? [] : [`COMMENT ON ${on} IS ${fact.comment === null ? "NULL" : literal(fact.comment)}`];
}

/** `ALTER … OWNER TO …`. */
export function ownerSql(fact: Fact): string[] {
  const definition = kindOf(fact.kind);
  const named = fact.owner === null ? null : (definition.ownedAs?.(fact) ?? null);
  return named === null ? [] : [`ALTER ${named} OWNER TO ${fact.owner}`];
}

/** GRANT and REVOKE from one set of privileges to another. */
export function grantSql(fact: Fact, from: readonly Grant[], to: readonly Grant[]): string[] {
  const object = kindOf(fact.kind).grantedOn?.(fact) ?? null;
  if (object === null) return [];
  return alterGrants(
    { ...object, owner: fact.owner },
    from,
    to,
    fact.kind === "column" ? ` (${fact.name})` : columnOf(fact),
  );
}

const DEFAULT_ACL_TYPE: Record<string, string> = {
  table: "r",
  view: "r",
  materialized_view: "r",
  sequence: "S",
  identity_sequence: "S",
  base_type: "T",
  function: "f",
  aggregate: "f",
  enum: "T",
  composite: "T",
  range: "T",
  domain: "T",
  schema: "n",
};

/**
 * Privileges that an object has right after its creation by `from.currentRole` and a change of its owner: the
 * built-in ones, or those that default privileges give there (docs: ALTER DEFAULT PRIVILEGES).
 */
export function initialGrants(fact: Fact, around: Surroundings): Grant[] {
  const object = kindOf(fact.kind).grantedOn?.(fact) ?? null;
  if (object === null || fact.kind === "column") return [];
  if (fact.kind === "privileges") return fact.body.initial as Grant[];
  const creator = around.from.currentRole;
  const type = DEFAULT_ACL_TYPE[fact.kind];
  const whole = around.from.facts.get(`default_privileges:${creator} * ${type}`)?.acl;
  const inSchema = fact.schema
    ? around.from.facts.get(`default_privileges:${creator} ${fact.schema} ${type}`)?.acl
    : null;
  const maintain = around.from.version >= 170000;
  const letters = [...object.all].filter((letter) => letter !== "m" || maintain);
  const own: Grant[] = letters.map((privilege) => ({ grantee: creator, privilege, grantable: false }));
  const everybody = ["function", "aggregate"].includes(fact.kind)
    ? "X"
    : type === "T" || fact.kind === "language"
      ? "U"
      : "";
  const builtIn = everybody ? [...own, ...parseAcl([`=${everybody}/x`])] : own;
  const merged = new Map(
    [...(whole ?? builtIn), ...(inSchema ?? [])].map((grant) => [
      `${grant.grantee} ${grant.privilege}`,
      grant,
    ]),
  );
  const owner = fact.owner ?? creator;
  const moved = [...merged.values()].map((grant) =>
    grant.grantee === creator ? { ...grant, grantee: owner } : grant,
  );
  return sortGrants([
    ...new Map(moved.map((grant) => [`${grant.grantee} ${grant.privilege}`, grant])).values(),
  ]);
}

/** After its creation: owner, privileges, comment. */
export function afterCreate(fact: Fact, around: Surroundings): string[] {
  if (fact.kind === "default_privileges") return [];
  return [
    ...(fact.owner === null || fact.owner === around.from.currentRole ? [] : ownerSql(fact)),
    ...(fact.acl === null ? [] : grantSql(fact, initialGrants(fact, around), fact.acl)),
    ...(fact.comment === null ? [] : commentSql(fact)),
  ];
}
