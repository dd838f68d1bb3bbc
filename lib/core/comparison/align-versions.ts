import { isEqual } from "../schema/equal";
import { adoptOwners, withFacts } from "../schema/map-role";
import type { Fact, Grant, Snapshot } from "../schema/types";

/**
 * Two schemas read from servers of different major versions, with the newer one told as the older would tell it: a
 * scratch server is often newer than its target, and what only the versions say is no difference.
 */
export function alignVersions(a: Snapshot, b: Snapshot): [Snapshot, Snapshot] {
  if (majorOf(a) === majorOf(b)) return [a, b];
  return majorOf(a) > majorOf(b) ? [asOlder(a, b), b] : [a, asOlder(b, a)];
}

const majorOf = ({ version }: Snapshot) => Math.trunc(version / 10_000);

function asOlder(newer: Snapshot, older: Snapshot): Snapshot {
  const owned = ownPublicAlike(newer, older);
  const facts = new Map<string, Fact>();
  for (const fact of owned.facts.values()) {
    const other = older.facts.get(fact.id);
    if (!other && isSystemPrivilege(fact)) continue;
    facts.set(
      fact.id,
      rules(newer, older).reduce((told, rule) => rule(told, other), fact),
    );
  }
  for (const fact of older.facts.values())
    if (isSystemPrivilege(fact) && !facts.has(fact.id)) facts.set(fact.id, fact);
  return { ...withFacts(owned, facts), version: older.version };
}

type Rule = (fact: Fact, other: Fact | undefined) => Fact;

/** By the release notes of each version: what changed in how a catalog tells the same thing. */
function rules(newer: Snapshot, older: Snapshot): Rule[] {
  const crossed = (major: number) => majorOf(older) < major && majorOf(newer) >= major;
  return [
    withExtensionVersion,
    ...(crossed(15) ? [withPublicCreate, withLoggedSequences] : []),
    ...(crossed(16) ? [withQualifiedColumns] : []),
    ...(crossed(17) ? [withoutMaintain, withoutDomainNotNull] : []),
    ...(crossed(18) ? [withoutNotNullNames] : []),
  ];
}

/** What initdb grants on the system's own views: each version has its own of them. */
function isSystemPrivilege({ kind, body }: Fact): boolean {
  return kind === "privileges" && /^\w[\w ]* (?:information_schema|pg_catalog)(?:\.|$)/.test(String(body.on));
}

/** 15: the schema public belongs to pg_database_owner. */
function ownPublicAlike(newer: Snapshot, older: Snapshot): Snapshot {
  const [own, other] = [newer, older].map((one) => one.facts.get("schema:public"));
  if (own?.owner !== "pg_database_owner" || !other || majorOf(older) >= 15) return newer;
  const alone = adoptOwners(withFacts(newer, new Map([[own.id, own]])), older);
  return { ...newer, facts: new Map([...newer.facts, ...alone.facts]) };
}

/** Each server brings versions of its own. */
function withExtensionVersion(fact: Fact, other: Fact | undefined): Fact {
  if (fact.kind !== "extension" || !other) return fact;
  return { ...fact, body: { ...fact.body, version: other.body.version } };
}

/** 15: PUBLIC no longer creates in the schema public. */
function withPublicCreate(fact: Fact, other: Fact | undefined): Fact {
  if (fact.id !== "schema:public" || !fact.acl || !other?.acl) return fact;
  const isCreate = ({ grantee, privilege }: Grant) => grantee === "PUBLIC" && privilege === "C";
  const theirs = other.acl.filter(isCreate);
  const rest = fact.acl.filter((grant) => !isCreate(grant));
  // In the order of the other, which is sorted.
  const order = (grant: Grant) => other.acl?.findIndex((one) => isEqual(one, grant)) ?? -1;
  return { ...fact, acl: [...theirs, ...rest].sort((a, b) => order(a) - order(b)) };
}

/** 15: sequences may be unlogged, and those of unlogged tables are. */
function withLoggedSequences(fact: Fact): Fact {
  if (fact.kind === "identity_sequence") return { ...fact, body: { ...fact.body, unlogged: null } };
  return fact.kind === "sequence" ? { ...fact, body: { ...fact.body, unlogged: false } } : fact;
}

/** 16: a view of one relation no longer names it before each column. */
function withQualifiedColumns(fact: Fact, other: Fact | undefined): Fact {
  const [own, theirs] = [fact.body.definition, other?.body.definition];
  if (fact.kind !== "view" && fact.kind !== "materialized_view") return fact;
  if (typeof own !== "string" || typeof theirs !== "string" || own === theirs) return fact;
  const relation = /^ {3}FROM (?:ONLY )?(.+?);?$/m.exec(own)?.[1];
  const name = /("(?:[^"]|"")+"|[^\s."(]+)(?:\([^)]*\))?$/u.exec(relation ?? "")?.[1];
  if (!name) return fact;
  const bare = (sql: string) => sql.replaceAll(`${name}.`, "");
  return bare(own) === bare(theirs) ? { ...fact, body: { ...fact.body, definition: theirs } } : fact;
}

/** 17: MAINTAIN is a privilege of its own. */
function withoutMaintain(fact: Fact): Fact {
  const without = (grants: unknown) => (grants as Grant[]).filter(({ privilege }) => privilege !== "m");
  const body = { ...fact.body };
  for (const key of ["grants", "builtInGrants", "initial"])
    if (Array.isArray(body[key])) body[key] = without(body[key]);
  return { ...fact, acl: fact.acl && without(fact.acl), body };
}

/** 17: NOT NULL of a domain is a constraint with a name. */
function withoutDomainNotNull(fact: Fact): Fact {
  if (fact.kind !== "domain") return fact;
  return { ...fact, body: { ...fact.body, notNullName: null, notNullComment: null } };
}

/** 18: NOT NULL of a column is a constraint with a name, and a child says whether it has it from its parent. */
function withoutNotNullNames(fact: Fact, other: Fact | undefined): Fact {
  if (fact.kind !== "column") return fact;
  const said = fact.body.notNullConstraint as { notValid?: boolean; noInherit?: boolean } | null;
  const notNullConstraint = said?.notValid || said?.noInherit ? said : null;
  const notNullInherited = other?.body.notNullInherited ?? false;
  return { ...fact, body: { ...fact.body, notNullConstraint, notNullInherited, notNullName: null } };
}
