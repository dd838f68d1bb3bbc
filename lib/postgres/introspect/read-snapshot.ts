import type pg from "pg";
import { markByColumn } from "../../core/diff/column-aliases";
import { parseAcl } from "../../core/schema/grants";
import { KIND_LIST, SCHEMA_KINDS } from "../../core/schema/kinds/all";
import type { ColumnBody } from "../../core/schema/kinds/column";
import type {
  Fact,
  FactId,
  Grant,
  Kind,
  KindDefinition,
  ReadFact,
  Row,
  Snapshot,
} from "../../core/schema/types";
import { type DatabaseError, MessageError } from "../runner/message";
import { narrowTo, type SchemaSelection } from "./narrow";
import { Places } from "./places";
import { readDependencies } from "./read-dependencies";
import { type Reading, readRows } from "./read-rows";
import { readUnsupported, UNSUPPORTED } from "./read-unsupported";
import { unreadableFor } from "./unreadable-for";
import { ChangeWatch } from "./watch-changes";

export interface ReadOptions extends SchemaSelection {
  /** Roles, memberships and their settings too: they belong to the whole server. Passwords are never read. */
  roles?: boolean;
}

/**
 * The schema of the connected database as facts, of one moment. Writes nothing. A catalog that our role may not read
 * is named in `unreadable`, and its kind is missing from the facts.
 * @throws DomainError schema.unreadable when what every comparison needs may not be read, schema.changing when it
 * never stood still; the driver's error else
 */
export async function readSnapshot(client: pg.ClientBase, options: ReadOptions = {}): Promise<Snapshot> {
  const access: Access = { denied: new Map(), looksFirst: true };
  const watch = new ChangeWatch(client);
  for (;;) {
    const snapshot = await readOnce(client, options, access, watch);
    if (snapshot !== null) return snapshot;
  }
}

/** What cannot be read, kinds of objects and others, and why. */
type Denied = Map<string, string>;

interface Access {
  denied: Denied;
  /** Whether it is asked first which kinds are there at all; a role that may not ask reads every catalog it can. */
  looksFirst: boolean;
}

/** null: a catalog was refused, which `access` knows now, or changed meanwhile. All is read again. */
async function readOnce(
  client: pg.ClientBase,
  options: ReadOptions,
  access: Access,
  watch: ChangeWatch,
): Promise<Snapshot | null> {
  let snapshot: Snapshot | null = null;
  let failure: unknown = null;
  const known = knows(access);
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  try {
    await watch.begin();
    // Parallel workers would look up anew, each for itself, what this session knows of every relation.
    await client.query(
      "SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off; SET LOCAL extra_float_digits = 1; SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0",
    );
    snapshot = await readAll(client, options, access);
    if (snapshot !== null) await watch.end();
  } catch (error) {
    failure = error;
  } finally {
    await client.query("ROLLBACK").catch(() => undefined);
  }
  if (failure === null && knows(access) > known && snapshot === null) return null;
  return (await watch.stayed(failure)) ? snapshot : null;
}

const knows = ({ denied, looksFirst }: Access) => denied.size + (looksFirst ? 0 : 1);

interface Lookups {
  roles: Map<number, string>;
  /** Most objects have the privileges of others. */
  grants: Map<string, Grant[]>;
  comments: Places<string>;
}

async function readAll(
  client: pg.ClientBase,
  options: ReadOptions,
  access: Access,
): Promise<Snapshot | null> {
  const surroundings = await lookAround(client, access);
  if (surroundings === null) return null;
  const { version, role, superuser, isThere } = surroundings;
  const { denied } = access;
  const snapshot: Snapshot = {
    version,
    currentRole: role,
    facts: new Map(),
    children: new Map(),
    members: new Map(),
    unsupported: [],
    unreadable: [...denied].map(([what, reason]) => unreadable(what, reason)),
  };
  const lookups: Lookups = { roles: new Map(), comments: new Places(), grants: new Map() };
  const places = new Places<FactId>();
  const kinds = (options.roles ? KIND_LIST : SCHEMA_KINDS).filter(({ kind }) => !denied.has(kind));
  const dependencies = readDependencies(snapshot, places);
  const always = (reading: Reading) => ({ what: null, reading });
  const readings = [
    always(readRoles(lookups)),
    always(readComments(lookups)),
    ...kinds.flatMap(({ kind, query, presence }) => {
      if (query === undefined || !isThere(presence)) return [];
      if (kind === "subscription" && !superuser)
        return { what: kind, reading: readHiddenSubscriptions(denied, snapshot) };
      const told = kinds.filter((one) => one.kind === kind || one.readWith === kind);
      const take = (row: Row) => {
        for (const one of told) addFact(snapshot, places, one, row, lookups);
      };
      return { what: kind, reading: { query: query(version), take } };
    }),
    ...dependencies.readings.map(always),
    ...readUnsupported(snapshot).filter(({ what, presence }) => !denied.has(what) && isThere(presence)),
  ];
  try {
    await readRows(
      client,
      readings.map(({ reading }) => reading),
    );
  } catch (error) {
    if (!(error instanceof MessageError)) throw error;
    const what = readings[error.completed]?.what ?? null;
    if (what === null || error.error.code !== "42501") throw unreadableFor(role, error.error);
    for (const { kind } of KIND_LIST.filter(({ readWith }) => readWith === what))
      denied.set(kind, error.message);
    denied.set(what, error.message);
    return null;
  }
  dependencies.finish();
  markByColumn(snapshot);
  return narrowTo(client, snapshot, options);
}

interface AroundUs {
  version: number;
  role: string;
  superuser: boolean;
  /** @param presence as in KindDefinition */
  isThere(presence: string | undefined): boolean;
}

const PRESENCES = [...new Set([...KIND_LIST, ...UNSUPPORTED].flatMap(({ presence }) => presence ?? []))];

/** null: our role may not look for each kind, which `access` knows now. */
async function lookAround(client: pg.ClientBase, access: Access): Promise<AroundUs | null> {
  const looked = access.looksFirst ? PRESENCES : [];
  try {
    const { rows } = await client.query<Omit<AroundUs, "isThere"> & { there: boolean[] }>(
      `SELECT current_setting('server_version_num')::int AS version, quote_ident(current_user) AS role,
        current_setting('is_superuser')::bool AS superuser, ARRAY[${looked.join(",\n")}]::bool[] AS there`,
    );
    const { there, ...around } = rows[0] ?? { version: 0, role: "", superuser: false, there: [] };
    const absent = new Set(looked.filter((_, at) => there[at] === false));
    return { ...around, isThere: (presence) => presence === undefined || !absent.has(presence) };
  } catch (error) {
    if (!access.looksFirst || (error as DatabaseError).code !== "42501") throw error;
    access.looksFirst = false;
    return null;
  }
}

/** Who is no superuser may not read where they come from, but whether there are any. */
function readHiddenSubscriptions(denied: Denied, snapshot: Snapshot): Reading {
  return {
    query:
      "SELECT 1 AS there FROM pg_subscription s WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1",
    take: () => refuse(denied, snapshot, "subscription", "Only a superuser may read pg_subscription."),
  };
}

function refuse(denied: Denied, snapshot: Snapshot, kind: Kind, reason: string): void {
  if (denied.has(kind)) return;
  denied.set(kind, reason);
  snapshot.unreadable.push(unreadable(kind, reason));
}

/** Compared with what another role sees, it would look as if it had to be removed. */
function noteHidden(snapshot: Snapshot, kind: Kind): void {
  if (snapshot.unreadable.some((one) => one.kind === kind)) return;
  snapshot.unreadable.push(unreadable(kind, "Options of user mappings are hidden from this role."));
}

function unreadable(what: string, reason: string): Snapshot["unreadable"][number] {
  const kind = KIND_LIST.find((one) => one.kind === what)?.kind;
  return { what, reason, ...(kind ? { kind } : {}) };
}

function readRoles({ roles }: Lookups): Reading {
  return {
    query: "SELECT oid, quote_ident(rolname) AS name FROM pg_roles",
    take: (row) => roles.set(Number(row.oid), row.name as string),
  };
}

function addFact(
  snapshot: Snapshot,
  places: Places<FactId>,
  definition: KindDefinition,
  row: Row,
  lookups: Lookups,
): void {
  const read = definition.read(row);
  if (!read) return;
  if (row.hidden === true) noteHidden(snapshot, definition.kind);
  const { addresses, aclTexts, extraDeps } = read satisfies ReadFact;
  const first = addresses[0];
  const acl = aclTexts ?? (row.acl as string[] | null | undefined) ?? null;
  // Key by key: a copy by spreading costs several times as much, and there are a hundred thousand.
  const fact: Fact = {
    id: read.id,
    kind: definition.kind,
    name: read.name,
    schema: read.schema,
    parent: read.parent,
    owner:
      row.owner === undefined || row.owner === null ? null : (lookups.roles.get(Number(row.owner)) ?? null),
    comment: first ? (lookups.comments.of(first.catalog).get(first.oid, first.sub ?? 0) ?? null) : null,
    acl: acl === null ? null : grantsOf(acl, lookups),
    body: read.body,
    deps: extraDeps ?? [],
  };
  if (definition.kind === "default_privileges")
    fact.body.builtInGrants = parseAcl((row.built_in as string[]) ?? []);
  if (isBareViewColumn(fact)) return;
  snapshot.facts.set(fact.id, fact);
  for (const { catalog, oid, sub } of addresses) places.of(catalog).set(oid, sub ?? 0, fact.id);
  if (fact.parent) addChild(snapshot, fact.parent, fact);
}

function grantsOf(acl: readonly string[], { grants }: Lookups): Grant[] {
  const key = acl.join("\n");
  const known = grants.get(key) ?? parseAcl(acl);
  grants.set(key, known);
  return known;
}

function addChild(snapshot: Snapshot, parent: FactId, fact: Fact): void {
  const children = snapshot.children.get(parent);
  if (children) children.push(fact);
  else snapshot.children.set(parent, [fact]);
}

/** Columns of views are facts only where they carry something of their own. */
function isBareViewColumn(fact: Fact): boolean {
  if (fact.kind !== "column" || fact.parent === null || fact.parent.startsWith("table:")) return false;
  const { statistics, options, storage, typeStorage, compression } = fact.body as unknown as ColumnBody;
  const stored = (storage !== null && storage !== typeStorage) || compression !== null;
  const plain = statistics === null && options.length === 0 && !stored;
  return plain && fact.comment === null && (fact.acl ?? []).length === 0;
}

function readComments({ comments }: Lookups): Reading {
  return {
    query:
      "SELECT c.relname AS catalog, d.objoid AS oid, d.objsubid AS sub, d.description AS text FROM pg_description d JOIN pg_class c ON c.oid = d.classoid WHERE d.objoid >= 16384 OR (d.classoid = 'pg_namespace'::regclass AND d.objoid = to_regnamespace('public'))",
    take: (row) =>
      comments.of(row.catalog as string).set(Number(row.oid), row.sub as number, row.text as string),
  };
}
