import { kindOf } from "./kinds/all";
import { nameOfId } from "./lookups";
import { withFacts } from "./map-role";
import type { Fact, FactId, Grant, Member, Snapshot, Surroundings } from "./types";

/**
 * Both sides with those members of extensions as facts that the other side has by itself: somebody took them into the
 * extension or out of it (ALTER EXTENSION … ADD, DROP), and what is in them stays. All other members are left to
 * their extension.
 */
export function withMembers(from: Snapshot, to: Snapshot): Surroundings {
  return {
    from: bring(from, to, ({ extension }) => !to.facts.has(extension) || sameVersion(extension, from, to)),
    // An extension that is new, or of another version, may make the object itself: then ours must be gone.
    to: bring(to, from, ({ extension }) => from.facts.has(extension) && sameVersion(extension, from, to)),
  };

  function bring(mine: Snapshot, other: Snapshot, isByHand: (member: Member) => boolean): Snapshot {
    const members = [...mine.members.values()].filter(
      (member) => other.facts.has(member.fact.id) && !mine.facts.has(member.fact.id) && isByHand(member),
    );
    return members.length === 0 ? mine : withThese(members, mine, other, mine === to);
  }
}

/** Each major version of the server brings versions of its own. */
function sameVersion(extension: FactId, from: Snapshot, to: Snapshot): boolean {
  const major = ({ version }: Snapshot) => Math.trunc(version / 10_000);
  const [a, b] = [from, to].map(({ facts }) => facts.get(extension)?.body.version);
  return major(from) !== major(to) || a === b;
}

function withThese(members: readonly Member[], mine: Snapshot, other: Snapshot, isTarget: boolean): Snapshot {
  const facts = new Map(mine.facts);
  for (const { fact, parts, extension } of members) {
    const membership = membershipOf(fact, extension);
    for (const one of [fact, ...parts]) facts.set(one.id, joining(one, membership.id, facts, isTarget));
    facts.set(membership.id, membership);
    // The first half of a base type is no member by itself.
    const shell = other.facts.get(`shell_type:${fact.name}`);
    if (shell && other.facts.get(fact.id)?.deps.includes(shell.id)) facts.set(shell.id, shell);
  }
  const left = [...mine.members.values()].filter((member) => !members.includes(member));
  const extensionOf = new Map(
    left.flatMap(({ fact, parts, extension }) => [fact, ...parts].map(({ id }) => [id, extension] as const)),
  );
  const needs = (user: Fact, deps: readonly FactId[]) =>
    facts.set(user.id, { ...user, deps: [...new Set(deps.map((dep) => extensionOf.get(dep) ?? dep))] });
  for (const { fact, parts } of members)
    for (const { id } of [fact, ...parts]) {
      const own = facts.get(id);
      if (own) needs(own, own.deps);
    }
  // Instead of the extension they need what are facts now, and the extension for what else they use of it.
  for (const id of new Set(members.flatMap(({ neededBy }) => Object.keys(neededBy)))) {
    const user = facts.get(id);
    if (!user) continue;
    const used = [...mine.members.values()].filter(({ neededBy }) => neededBy[id]);
    const others = user.deps.filter((dep) => !used.some(({ extension }) => extension === dep));
    needs(user, [...others, ...used.flatMap(({ neededBy }) => neededBy[id] ?? [])]);
  }
  return withFacts(mine, facts);
}

function membershipOf(fact: Fact, extension: FactId): Fact {
  const { commentOn, keyword } = kindOf(fact.kind);
  const object = commentOn?.(fact) ?? `${keyword} ${fact.name}`;
  return {
    id: `extension_member:${nameOfId(extension)} ${fact.id}`,
    kind: "extension_member",
    name: `${nameOfId(extension)} ${object}`,
    schema: fact.schema,
    parent: fact.id,
    owner: null,
    comment: null,
    acl: null,
    body: { extension: nameOfId(extension), object },
    deps: [extension],
  };
}

/**
 * Privileges that a member was given as one are a fact of their own (see kinds/privileges): where it is to become one
 * it joins with those from before, which the extension remembers.
 */
function joining(fact: Fact, membership: FactId, facts: Map<FactId, Fact>, isTarget: boolean): Fact {
  const on = kindOf(fact.kind).grantedOn?.(fact)?.on;
  const given = facts.get(`privileges:${on}${fact.kind === "column" ? ` (${fact.name})` : ""}`);
  if (!given) return fact;
  if (!isTarget) {
    facts.delete(given.id);
    return fact;
  }
  facts.set(given.id, { ...given, deps: [...given.deps, membership] });
  return { ...fact, acl: given.body.initial as Grant[] };
}
