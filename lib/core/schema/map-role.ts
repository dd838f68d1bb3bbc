import { sortGrants } from "./grants";
import type { Fact, FactId, Grant, Member, Snapshot } from "./types";

/**
 * The same schema with another role in the place of one: a scratch copy belongs to a role of its own, which stands
 * for the target's.
 * @param from quoted as SQL writes it, like `to`
 */
export function mapRole(snapshot: Snapshot, from: string, to: string): Snapshot {
  const swap = (role: string) => (role === from ? to : role);
  const facts = new Map<string, Fact>();
  for (const fact of snapshot.facts.values()) {
    const mapped = mapFact(fact, from, swap);
    facts.set(mapped.id, mapped);
  }
  const members = new Map<string, Member>();
  for (const [id, { fact, parts, ...member }] of snapshot.members) {
    const mapped = [fact, ...parts].map((one) => mapFact(one, from, swap)) as [Fact, ...Fact[]];
    members.set(id, { ...member, fact: mapped[0], parts: mapped.slice(1) });
  }
  return { ...withFacts(snapshot, facts), members, currentRole: swap(snapshot.currentRole) };
}

/** A snapshot with other facts; the parts of each follow. */
export function withFacts(snapshot: Snapshot, facts: Map<FactId, Fact>): Snapshot {
  const children = new Map<FactId, Fact[]>();
  for (const fact of facts.values()) {
    if (fact.parent === null) continue;
    const known = children.get(fact.parent);
    if (known) known.push(fact);
    else children.set(fact.parent, [fact]);
  }
  return { ...snapshot, facts, children };
}

function mapFact(fact: Fact, from: string, swap: (role: string) => string): Fact {
  const owner = fact.owner === null ? null : swap(fact.owner);
  const acl = fact.acl && merged(fact.acl.map((grant) => ({ ...grant, grantee: swap(grant.grantee) })));
  const plain: Fact = { ...fact, owner, acl };
  // Policies and default privileges name roles in what they are, not only in who owns them.
  if (fact.kind === "policy" || fact.kind === "default_privileges") return renameInside(plain, from, swap);
  return plain;
}

/** What the owner has by itself and what was granted to the role that it stands for are one. */
function merged(grants: Grant[]): Grant[] {
  const found = new Map<string, Grant>();
  for (const grant of grants) {
    const key = `${grant.grantee} ${grant.privilege}`;
    const other = found.get(key);
    found.set(key, other ? { ...grant, grantable: grant.grantable || other.grantable } : grant);
  }
  return sortGrants([...found.values()]);
}

function renameInside(fact: Fact, from: string, swap: (role: string) => string): Fact {
  const text = JSON.stringify([fact.id, fact.name, fact.body]);
  const literal = JSON.stringify(from).slice(1, -1);
  if (!text.includes(literal)) return fact;
  const [id, name, body] = JSON.parse(text.replaceAll(literal, JSON.stringify(swap(from)).slice(1, -1))) as [
    string,
    string,
    Record<string, unknown>,
  ];
  return { ...fact, id, name, body };
}

/**
 * `snapshot` with the owners that the same objects have in `other`, and with what owners have by themselves moved
 * along: for comparisons that leave out who owns what.
 */
export function adoptOwners(snapshot: Snapshot, other: Snapshot): Snapshot {
  const facts = new Map<string, Fact>();
  for (const fact of snapshot.facts.values()) {
    const owner = other.facts.get(fact.id)?.owner ?? null;
    if (owner === null || fact.owner === null || owner === fact.owner) facts.set(fact.id, fact);
    else {
      const swap = (role: string) => (role === fact.owner ? owner : role);
      const acl = fact.acl && merged(fact.acl.map((grant) => ({ ...grant, grantee: swap(grant.grantee) })));
      facts.set(fact.id, { ...fact, owner, acl });
    }
  }
  return withFacts(snapshot, facts);
}
