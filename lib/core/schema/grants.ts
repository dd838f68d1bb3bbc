import { isEqual } from "./equal";
import type { Grant } from "./types";

const WORDS: Record<string, string> = {
  r: "SELECT",
  a: "INSERT",
  w: "UPDATE",
  d: "DELETE",
  D: "TRUNCATE",
  x: "REFERENCES",
  t: "TRIGGER",
  m: "MAINTAIN",
  U: "USAGE",
  C: "CREATE",
  c: "CONNECT",
  T: "TEMPORARY",
  X: "EXECUTE",
  s: "SET",
  A: "ALTER SYSTEM",
};

/**
 * One aclitem per text, e.g. `alice=r*w/postgres` (docs: "Privileges", aclitem). Several grantors of one privilege
 * count as one; those who are not the owner are named in `by`.
 */
export function parseAcl(items: readonly string[]): Grant[] {
  const grants = new Map<string, Grant>();
  const given: { grant: Grant; grantor: string }[] = [];
  for (const item of items) {
    const end = endOfName(item);
    const name = item.slice(0, end);
    const grantee = name === "" ? "PUBLIC" : name;
    const slash = item.indexOf("/", end);
    const letters = item.slice(end + 1, slash);
    for (let i = 0; i < letters.length; i++) {
      const privilege = letters[i] ?? "";
      if (privilege === "*") continue;
      const key = `${grantee} ${privilege}`;
      const grant = grants.get(key) ?? { grantee, privilege, grantable: false };
      grant.grantable ||= letters[i + 1] === "*";
      grants.set(key, grant);
      given.push({ grant, grantor: item.slice(slash + 1) });
    }
  }
  for (const { grant, grantor } of given)
    if (grants.get(`${grantor} ${grant.privilege}`)?.grantable && grantor !== grant.grantee)
      grant.by = [...(grant.by ?? []), grantor];
  return sortGrants([...grants.values()]);
}

/** Whether both allow the same, whoever gave it. */
export function sameGrants(a: readonly Grant[] | null, b: readonly Grant[] | null): boolean {
  const bare = (grants: readonly Grant[] | null) => grants?.map(({ by: _, ...grant }) => grant) ?? null;
  return isEqual(a, b) || isEqual(bare(a), bare(b));
}

function endOfName(item: string): number {
  if (!item.startsWith('"')) return item.indexOf("=");
  let at = 1;
  while (at < item.length) {
    if (item[at] === '"') {
      if (item[at + 1] !== '"') return at + 1;
      at++;
    }
    at++;
  }
  return at;
}

export function sortGrants(grants: Grant[]): Grant[] {
  const key = (grant: Grant) => `${grant.grantee}\u0000${grant.privilege}`;
  return grants.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

const keyOf = (grant: Grant) => `${grant.grantee} ${grant.privilege}`;

/**
 * What the way from one set to the other takes: privileges, and of others the grant option, with that of those who
 * gave what goes by theirs.
 */
export function takenGrants(
  from: readonly Grant[],
  to: readonly Grant[],
  owner?: string | null,
): { revoked: Grant[]; downgraded: Grant[] } {
  const wanted = new Map(to.map((grant) => [keyOf(grant), grant]));
  const revoked = from.filter((grant) => !wanted.has(keyOf(grant)));
  const loses = from.filter((grant) => grant.grantable && wanted.get(keyOf(grant))?.grantable === false);
  const givers = giversOf([...revoked, ...loses], from, owner);
  return { revoked, downgraded: [...new Set([...loses, ...givers.filter((one) => !revoked.includes(one))])] };
}

/**
 * GRANT and REVOKE that turn one set into the other, grouped by grantee. Who could grant a privilege on loses it with
 * what others may have from there, which is granted again.
 * @param columns suffix of each privilege for column grants: ` (name)`
 */
export function alterGrants(
  object: { on: string; all: string; owner?: string | null },
  from: readonly Grant[],
  to: readonly Grant[],
  columns = "",
): string[] {
  const had = new Map(from.map((grant) => [keyOf(grant), grant]));
  const { revoked, downgraded } = takenGrants(from, to, object.owner);
  const passedOn =
    ({ grantee, privilege, grantable }: Grant) =>
    (other: Grant) =>
      grantable &&
      other.privilege === privilege &&
      other.grantee !== grantee &&
      other.grantee !== object.owner;
  const cascades = [...revoked, ...downgraded].filter((grant) => from.some(passedOn(grant)));
  const lost = (grant: Grant) => cascades.some((one) => passedOn(one)(grant));
  const isWithout = (grant: Grant) =>
    had.get(keyOf(grant))?.grantable !== true || downgraded.some((one) => keyOf(one) === keyOf(grant));
  const granted = to.filter((grant) => (!had.has(keyOf(grant)) || lost(grant)) && !grant.grantable);
  const grantedOn = to.filter((grant) => grant.grantable && (isWithout(grant) || lost(grant)));
  const revoke = (grants: Grant[], option: string, cascade: string) =>
    byGrantee(grants.filter((grant) => cascades.includes(grant) === (cascade !== ""))).map(
      ([grantee, letters]) =>
        `REVOKE ${option}${words(letters, object.all, columns)} ON ${object.on} FROM ${grantee}${cascade}`,
    );
  return [
    ...["", " CASCADE"].flatMap((cascade) => [
      ...revoke(revoked, "", cascade),
      ...revoke(downgraded, "GRANT OPTION FOR ", cascade),
    ]),
    ...byGrantee(granted).map(
      ([grantee, letters]) => `GRANT ${words(letters, object.all, columns)} ON ${object.on} TO ${grantee}`,
    ),
    ...byGrantee(grantedOn).map(
      ([grantee, letters]) =>
        `GRANT ${words(letters, object.all, columns)} ON ${object.on} TO ${grantee} WITH GRANT OPTION`,
    ),
  ];
}

/**
 * Whose grant options are behind these privileges: without them nobody but themselves could revoke what they gave.
 * They get them back where they are to have them.
 */
function giversOf(
  taken: readonly Grant[],
  from: readonly Grant[],
  owner: string | null | undefined,
): Grant[] {
  const givers = new Set<Grant>();
  const open = [...taken];
  for (let grant = open.pop(); grant; grant = open.pop()) {
    const { privilege, by = [] } = grant;
    for (const one of from) {
      const gave = one.privilege === privilege && one.grantable && by.includes(one.grantee);
      if (!gave || one.grantee === owner || givers.has(one)) continue;
      givers.add(one);
      open.push(one);
    }
  }
  return [...givers];
}

function byGrantee(grants: Grant[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const grant of grants)
    groups.set(grant.grantee, [...(groups.get(grant.grantee) ?? []), grant.privilege]);
  return [...groups];
}

function words(letters: string[], all: string, columns: string): string {
  // MAINTAIN came with 17: without it the set is still all of an older server.
  const full = [...all].filter((letter) => letter !== "m").every((letter) => letters.includes(letter));
  if (full && columns === "" && letters.includes("m") === all.includes("m")) return "ALL";
  return letters.map((letter) => `${WORDS[letter] ?? letter}${columns}`).join(", ");
}

/** SELECT for `r`, as GRANT writes it. */
export function privilegeWord(letter: string): string {
  return WORDS[letter] ?? letter;
}
