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
 * count as one.
 */
export function parseAcl(items: readonly string[]): Grant[] {
  const grants = new Map<string, Grant>();
  for (const item of items) {
    const end = endOfName(item);
    const name = item.slice(0, end);
    const grantee = name === "" ? "PUBLIC" : name;
    const letters = item.slice(end + 1, item.indexOf("/", end));
    for (let i = 0; i < letters.length; i++) {
      const privilege = letters[i] ?? "";
      if (privilege === "*") continue;
      const grantable = letters[i + 1] === "*";
      const key = `${grantee} ${privilege}`;
      grants.set(key, { grantee, privilege, grantable: grantable || grants.get(key)?.grantable === true });
    }
  }
  return sortGrants([...grants.values()]);
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
  const key = (grant: Grant) => `${grant.grantee} ${grant.privilege}`;
  const [a, b] = [new Map(from.map((g) => [key(g), g])), new Map(to.map((g) => [key(g), g]))];
  const revoked = from.filter((grant) => !b.has(key(grant)));
  const downgraded = from.filter((grant) => grant.grantable && b.get(key(grant))?.grantable === false);
  const passedOn =
    ({ grantee, privilege, grantable }: Grant) =>
    (other: Grant) =>
      grantable &&
      other.privilege === privilege &&
      other.grantee !== grantee &&
      other.grantee !== object.owner;
  const cascades = [...revoked, ...downgraded].filter((grant) => from.some(passedOn(grant)));
  const lost = (grant: Grant) => cascades.some((one) => passedOn(one)(grant));
  const granted = to.filter((grant) => (!a.has(key(grant)) || lost(grant)) && !grant.grantable);
  const grantedOn = to.filter(
    (grant) => grant.grantable && (a.get(key(grant))?.grantable !== true || lost(grant)),
  );
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
