import type pg from "pg";
import { LOCK_MODES, type LockMode, type RelationLock } from "../../core/sql/types";

interface Relation {
  /** As PostgreSQL shows it to the session: with its schema when the search path does not find it. */
  name: string;
  /** Schema and name, to notice a rename. */
  path: string;
  kind: string;
  filenode: string;
}

export interface Observation {
  locks: RelationLock[];
  rewrites: string[];
  scans: string[];
}

/** What a new file means: a rewrite; nothing (TRUNCATE, sequences); or that `rewritten` will tell. */
export type NewFile = "rewrite" | "replace" | "later";

interface LockRow {
  oid: string;
  mode: string;
  name: string | null;
  path: string | null;
  kind: string | null;
  filenode: string | null;
  table: string | null;
  scans: string | null;
}

/** Tables, partitioned tables, materialized views, views, foreign tables, sequences, indexes. */
const KINDS = "'r','p','m','v','f','S','i','I'";

const RELATIONS = `
SELECT c.oid::text AS oid, c.oid::pg_catalog.regclass::text AS name,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS path,
       c.relkind::text AS kind, c.relfilenode::text AS filenode
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid >= 16384 AND c.relkind IN (${KINDS}) AND n.nspname <> 'pg_toast'`;

// A LEFT JOIN: what the statement dropped has no row in pg_class any more, and its lock still counts.
const HELD = `
SELECT l.relation::text AS oid, l.mode, c.oid::pg_catalog.regclass::text AS name,
       CASE WHEN c.oid IS NOT NULL THEN pg_catalog.format('%I.%I', n.nspname, c.relname) END AS path,
       c.relkind::text AS kind, c.relfilenode::text AS filenode, i.indrelid::text AS "table",
       pg_catalog.pg_stat_get_xact_numscans(l.relation)::text AS scans
  FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = l.relation
 WHERE l.pid = $1 AND l.locktype = 'relation' AND l.relation >= 16384
   AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`;

/**
 * Watches what one session's statements do to the relations that existed before the first of them: locks taken
 * (pg_locks), files replaced (pg_class.relfilenode) and tables read as a whole (pg_stat_get_xact_numscans, which
 * counts scans of empty tables too).
 */
export class Tracer {
  private readonly existing: ReadonlySet<string>;
  private readonly tableOf = new Map<string, string>();
  private held = new Set<string>();
  private scans = new Map<string, number>();

  private constructor(
    private readonly relations: Map<string, Relation>,
    readonly pid: number,
  ) {
    this.existing = new Set(relations.keys());
  }

  /** @param client the session whose statements will be watched, outside of a transaction */
  static async start(client: pg.Client): Promise<Tracer> {
    const { rows } = await client.query<Relation & { oid: string }>(RELATIONS);
    const pid = await client.query<{ pid: number }>("SELECT pg_catalog.pg_backend_pid() AS pid");
    const tracer = new Tracer(new Map(rows.map((row) => [row.oid, row])), pid.rows[0]?.pid ?? 0);
    const indexes = await client.query<{ oid: string; table: string }>(
      'SELECT indexrelid::text AS oid, indrelid::text AS "table" FROM pg_catalog.pg_index WHERE indexrelid >= 16384',
    );
    for (const { oid, table } of indexes.rows) tracer.tableOf.set(oid, table);
    return tracer;
  }

  /** Before a transaction: forgets its predecessor's locks, and notes where the counters of scans stand. */
  async beginTransaction(client: pg.Client): Promise<void> {
    this.held = new Set();
    const { rows } = await client.query<{ oid: string; scans: string }>(
      `SELECT c.oid::text AS oid, pg_catalog.pg_stat_get_xact_numscans(c.oid)::text AS scans FROM pg_catalog.pg_class c
        WHERE c.oid >= 16384 AND c.relkind IN ('r','p','m') AND pg_catalog.pg_stat_get_xact_numscans(c.oid) > 0`,
    );
    this.scans = new Map(rows.map((row) => [row.oid, Number(row.scans)]));
  }

  /** After a statement, inside its transaction. */
  async observe(client: pg.Client, newFile: NewFile): Promise<Observation> {
    const { rows } = await client.query<LockRow>(`${HELD} AND l.granted`, [this.pid]);
    return this.read(rows, newFile);
  }

  /** The locks of our session as another one sees them, those it waits for included. */
  async peek(watcher: pg.Client): Promise<{ rows: LockRow[]; waiting: boolean }> {
    const { rows } = await watcher.query<LockRow & { granted: boolean }>(
      HELD.replace("SELECT l.relation", "SELECT l.granted, l.relation"),
      [this.pid],
    );
    return { rows: rows.map((row) => ({ ...row, scans: null })), waiting: rows.some((row) => !row.granted) };
  }

  /** @param seen everything that peek returned while one statement ran */
  read(seen: LockRow[], newFile: NewFile): Observation {
    const strongest = new Map<string, LockMode>();
    const rewrites = new Set<string>();
    const scans = new Set<string>();
    for (const row of seen) {
      if (row.table) this.tableOf.set(row.oid, row.table);
      const known = this.existing.has(row.oid) ? this.relations.get(row.oid) : undefined;
      if (!known) continue;
      const mode = lockMode(row.mode);
      const key = `${row.oid} ${row.mode}`;
      if (mode && !this.held.has(key)) keepStrongest(strongest, row.oid, mode);
      this.held.add(key);
      const moved = row.filenode !== null && row.filenode !== known.filenode && "rmp".includes(known.kind);
      if (moved && newFile === "rewrite") rewrites.add(known.name);
      if (this.hasScanned(row) && newFile === "rewrite") scans.add(known.name);
    }
    const locks = this.withoutIndexesOfLocked(strongest);
    for (const row of seen) this.update(row, newFile);
    return { locks, rewrites: [...rewrites], scans: [...scans] };
  }

  /** Rewrites that only a look at pg_class shows, for statements that ran outside of a transaction. */
  async rewritten(client: pg.Client): Promise<string[]> {
    const { rows } = await client.query<Relation & { oid: string }>(RELATIONS);
    const names: string[] = [];
    for (const row of rows) {
      const known = this.relations.get(row.oid);
      if (!known || !this.existing.has(row.oid)) continue;
      if (known.filenode !== row.filenode && "rmp".includes(known.kind)) names.push(known.name);
      known.filenode = row.filenode;
      if (known.path !== row.path) Object.assign(known, { name: row.name, path: row.path });
    }
    return names;
  }

  nameOf(oid: string): string | undefined {
    return this.existing.has(oid) ? this.relations.get(oid)?.name : undefined;
  }

  /** Tables that existed before and are not gone, for a lock that makes a statement wait. */
  tables(): string[] {
    return [...this.relations.values()].filter((one) => "rp".includes(one.kind)).map((one) => one.path);
  }

  private hasScanned(row: LockRow): boolean {
    if (row.scans === null) return false;
    const now = Number(row.scans);
    const before = this.scans.get(row.oid) ?? 0;
    this.scans.set(row.oid, now);
    // The counters fall when they were handed to the server's statistics in between.
    return now > before || (now < before && now > 0);
  }

  private update(row: LockRow, newFile: NewFile): void {
    const known = this.relations.get(row.oid);
    if (!known) return;
    if (row.name === null) this.relations.delete(row.oid);
    else if (row.path !== null && row.path !== known.path)
      Object.assign(known, { name: row.name, path: row.path });
    if (row.filenode !== null && newFile !== "later") known.filenode = row.filenode;
  }

  /** An index follows its table: its own lock says something only when it is the stronger one. */
  private withoutIndexesOfLocked(strongest: Map<string, LockMode>): RelationLock[] {
    const locks: RelationLock[] = [];
    for (const [oid, mode] of strongest) {
      const table = this.tableOf.get(oid);
      const onTable = table ? strongest.get(table) : undefined;
      if (onTable && LOCK_MODES.indexOf(onTable) >= LOCK_MODES.indexOf(mode)) continue;
      locks.push({ relation: this.relations.get(oid)?.name ?? oid, mode });
    }
    return locks.sort(
      (a, b) => LOCK_MODES.indexOf(b.mode) - LOCK_MODES.indexOf(a.mode) || (a.relation < b.relation ? -1 : 1),
    );
  }
}

function keepStrongest(locks: Map<string, LockMode>, oid: string, mode: LockMode): void {
  const old = locks.get(oid);
  if (!old || LOCK_MODES.indexOf(old) < LOCK_MODES.indexOf(mode)) locks.set(oid, mode);
}

/** "AccessExclusiveLock" as "ACCESS EXCLUSIVE"; null for SIReadLock. */
function lockMode(text: string): LockMode | null {
  const words = text
    .replace(/Lock$/, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toUpperCase();
  return LOCK_MODES.find((mode) => mode === words) ?? null;
}
