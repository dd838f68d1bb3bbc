import type pg from "pg";
import { parseAcl } from "../../core/schema/grants";
import { KIND_LIST } from "../../core/schema/kinds/all";
import type { Fact, FactId, KindDefinition, ReadFact, Row, Snapshot } from "../../core/schema/types";

/**
 * The schema of the connected database as facts, from one repeatable-read snapshot. Writes nothing.
 * @throws the driver's error when a catalog that everybody may read cannot be read
 */
export async function readSnapshot(client: pg.ClientBase): Promise<Snapshot> {
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    await client.query(
      "SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL extra_float_digits = 1",
    );
    return await readAll(client);
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
}

async function readAll(client: pg.ClientBase): Promise<Snapshot> {
  const head = await client.query<{ version: number; role: string; superuser: boolean }>(
    "SELECT current_setting('server_version_num')::int AS version, quote_ident(current_user) AS role, rolsuper AS superuser FROM pg_roles WHERE rolname = current_user",
  );
  const { version, role, superuser } = head.rows[0] ?? { version: 0, role: "", superuser: false };
  const snapshot: Snapshot = {
    version,
    currentRole: role,
    facts: new Map(),
    children: new Map(),
    unsupported: [],
    unreadable: [],
  };
  const roles = new Map<number, string>();
  for (const row of (
    await client.query<{ oid: number; name: string }>(
      "SELECT oid, quote_ident(rolname) AS name FROM pg_roles",
    )
  ).rows) {
    roles.set(Number(row.oid), row.name);
  }
  const places = new Map<string, FactId>();
  const comments = await readComments(client);
  for (const definition of KIND_LIST) {
    if (definition.kind === "subscription" && !superuser) {
      snapshot.unreadable.push({
        what: "subscriptions",
        reason: "only a superuser may read pg_subscription",
      });
      continue;
    }
    const { rows } = await client.query<Row>(definition.query(version));
    for (const row of rows) addFact(snapshot, places, definition, row, { roles, comments });
  }
  await readDependencies(client, snapshot, places);
  return snapshot;
}

interface Lookups {
  roles: Map<number, string>;
  comments: Map<string, string>;
}

const OWN_PRIVILEGES = new Set(["column"]);

function addFact(
  snapshot: Snapshot,
  places: Map<string, FactId>,
  definition: KindDefinition,
  row: Row,
  lookups: Lookups,
): void {
  const read = definition.read(row);
  if (!read) return;
  const { addresses, ownerOid: _, aclTexts, extraDeps, ...rest } = read satisfies ReadFact;
  const first = addresses[0];
  const acl = aclTexts ?? (row.acl as string[] | null | undefined) ?? null;
  const fact: Fact = {
    ...rest,
    kind: definition.kind,
    owner:
      row.owner === undefined || row.owner === null ? null : (lookups.roles.get(Number(row.owner)) ?? null),
    comment: first ? (lookups.comments.get(place(first.catalog, first.oid, first.sub)) ?? null) : null,
    acl: acl === null ? null : parseAcl(acl),
    deps: extraDeps ?? [],
  };
  if (definition.kind === "default_privileges")
    fact.body.builtInGrants = parseAcl((row.built_in as string[]) ?? []);
  const bareViewColumn =
    OWN_PRIVILEGES.has(definition.kind) && /^(view|materialized_view):/.test(fact.parent ?? "");
  if (bareViewColumn && fact.comment === null && (fact.acl ?? []).length === 0 && isPlainColumn(fact)) return;
  snapshot.facts.set(fact.id, fact);
  for (const address of addresses) places.set(place(address.catalog, address.oid, address.sub), fact.id);
  if (fact.parent) {
    const children = snapshot.children.get(fact.parent);
    if (children) children.push(fact);
    else snapshot.children.set(fact.parent, [fact]);
  }
}

function isPlainColumn(fact: Fact): boolean {
  return fact.body.statistics === null && (fact.body.options as unknown[]).length === 0;
}

function place(catalog: string, oid: number, sub = 0): string {
  return sub === 0 ? `${catalog} ${oid}` : `${catalog} ${oid} ${sub}`;
}

async function readComments(client: pg.ClientBase): Promise<Map<string, string>> {
  const { rows } = await client.query<{ catalog: string; oid: number; sub: number; text: string }>(
    "SELECT c.relname AS catalog, d.objoid AS oid, d.objsubid AS sub, d.description AS text FROM pg_description d JOIN pg_class c ON c.oid = d.classoid WHERE d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass AND d.objoid = 'public'::regnamespace)",
  );
  return new Map(rows.map((row) => [place(row.catalog, Number(row.oid), row.sub), row.text]));
}

async function readDependencies(
  client: pg.ClientBase,
  snapshot: Snapshot,
  places: Map<string, FactId>,
): Promise<void> {
  const { rows } = await client.query<{ rows: [string, number, number, string, number, number][] }>({
    text: `SELECT c.relname, d.objid, d.objsubid, r.relname, d.refobjid, d.refobjsubid FROM pg_depend d
      JOIN pg_class c ON c.oid = d.classid JOIN pg_class r ON r.oid = d.refclassid
      WHERE d.objid >= 16384 AND (d.refobjid >= 16384 OR d.refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))`,
    rowMode: "array",
  } as never);
  const members = await readMembers(client, places);
  const find = (catalog: string, oid: number, sub: number) =>
    (sub === 0 ? undefined : places.get(place(catalog, oid, sub))) ??
    places.get(place(catalog, oid)) ??
    members.get(place(catalog, oid));
  for (const raw of rows as unknown as [string, number, number, string, number, number][]) {
    const [catalog, oid, sub, refCatalog, refOid, refSub] = raw;
    const id = find(catalog, Number(oid), sub);
    const ref = find(refCatalog, Number(refOid), refSub);
    if (id === undefined || ref === undefined || id === ref) continue;
    const fact = snapshot.facts.get(id);
    const other = snapshot.facts.get(ref);
    if (!fact || !other || fact.parent === ref || other.parent === id || fact.deps.includes(ref)) continue;
    // OWNED BY is an action of its own, after both exist.
    if (fact.kind === "sequence" && other.kind === "column") continue;
    fact.deps.push(ref);
  }
}

/** Members of extensions stand for the extension. */
async function readMembers(client: pg.ClientBase, places: Map<string, FactId>): Promise<Map<string, FactId>> {
  const { rows } = await client.query<{ catalog: string; oid: number; extension: number }>(
    "SELECT c.relname AS catalog, d.objid AS oid, d.refobjid AS extension FROM pg_depend d JOIN pg_class c ON c.oid = d.classid WHERE d.deptype = 'e'",
  );
  const members = new Map<string, FactId>();
  for (const row of rows) {
    const extension = places.get(place("pg_extension", Number(row.extension)));
    if (extension) members.set(place(row.catalog, Number(row.oid)), extension);
  }
  return members;
}
