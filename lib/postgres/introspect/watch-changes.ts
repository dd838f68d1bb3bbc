import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { DomainError } from "../../errors";
import type { DatabaseError } from "../runner/message";

const ATTEMPTS = 16;
/** From here on, relations that changed meanwhile are held by a lock that only keeps others from changing them. */
const HOLD_FROM = 3;
/** Less than after which PostgreSQL looks for deadlocks: it is our reading that gives way, and nobody's change. */
const GIVE_WAY = "SET LOCAL lock_timeout = '700ms'";
/** Numbers of transactions wrap around. */
const XIDS = 2 ** 32;

const TEMPORARY = "SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_(toast_)?temp_'";

/** What pg_get_viewdef and its like look up, with the relation that a row belongs to and where it is not temporary. */
const WATCHED: [catalog: string, relation: string, lasting: string][] = [
  ["pg_class", "oid", `relnamespace NOT IN (${TEMPORARY})`],
  ["pg_namespace", "NULL", "nspname !~ '^pg_(toast_)?temp_'"],
  ...["pg_type typ", "pg_proc pro", "pg_operator opr", "pg_opclass opc", "pg_collation coll"].map(
    (both): [string, string, string] => {
      const [catalog = "", prefix] = both.split(" ");
      return [catalog, "NULL", `${prefix}namespace NOT IN (${TEMPORARY})`];
    },
  ),
  ...["pg_enum", "pg_range", "pg_aggregate", "pg_language", "pg_am", "pg_ts_config", "pg_ts_dict"].map(
    (catalog): [string, string, string] => [catalog, "NULL", "true"],
  ),
  ...(
    [
      ["pg_attribute", "attrelid"],
      ["pg_attrdef", "adrelid"],
      ["pg_index", "indrelid"],
      ["pg_constraint", "conrelid"],
      ["pg_rewrite", "ev_class"],
      ["pg_trigger", "tgrelid"],
      ["pg_policy", "polrelid"],
      ["pg_inherits", "inhrelid"],
      ["pg_statistic_ext", "stxrelid"],
      ["pg_partitioned_table", "partrelid"],
    ] as const
  ).map(([catalog, relation]): [string, string, string] => [
    catalog,
    relation,
    `${relation} NOT IN (SELECT oid FROM temporary)`,
  ]),
];

/**
 * Our snapshot holds for the catalogs that we query, but what the server's own functions print of a view, an index or
 * a function they look up as it is by then. So nothing of a reading is used when any of that changed meanwhile: it is
 * read again, in the end under locks.
 */
export class ChangeWatch {
  private attempt = 0;
  private failed = false;
  private readonly started = performance.now();
  /** How long the session waits for locks, in ms. */
  private patience = 0;
  /** Names of relations. */
  private readonly held = new Set<string>();
  private snapshot = "";
  private mark: string | null = null;
  private quiet = false;
  /** Our role may not read what tells about changes. */
  private blind = false;

  constructor(private readonly client: pg.ClientBase) {}

  /** In the transaction of the reading, before its first query: its snapshot must be younger than the locks. */
  async begin(): Promise<void> {
    this.attempt++;
    this.mark = null;
    this.quiet = false;
    if (this.attempt > 1) await this.client.query(GIVE_WAY);
    for (const name of this.held) await this.hold(name);
    const { rows } = await this.client.query<{ snapshot: string; patience: number }>(
      "SELECT pg_current_snapshot()::text AS snapshot, (extract(epoch FROM current_setting('lock_timeout')::interval) * 1000)::int AS patience",
    );
    this.snapshot = rows[0]?.snapshot ?? "";
    if (this.attempt === 1) {
      this.patience = rows[0]?.patience || Number.POSITIVE_INFINITY;
      await this.client.query(GIVE_WAY);
    }
    if (this.failed && !this.blind) this.mark = (await this.look()).mark;
  }

  /** In the same transaction, when all is read. */
  async end(): Promise<void> {
    if (this.blind || this.mark !== null) return;
    this.quiet = await this.nobodyCommitted();
    if (this.quiet) return;
    this.mark = (await this.look().catch((error) => this.lookedInVain(error)))?.mark ?? null;
  }

  /**
   * When the transaction has ended: whether what was read is of one moment.
   * @throws failure when it does not come of changes; DomainError schema.changing after many attempts
   */
  async stayed(failure: unknown): Promise<boolean> {
    if (failure !== null && !comesOfChanges(failure)) throw failure;
    this.failed = failure !== null;
    if (!this.failed && (this.quiet || this.blind)) return true;
    const now = this.blind ? null : await this.look().catch((error) => this.lookedInVain(error));
    if (this.mark !== null && now?.mark === this.mark) {
      if (this.failed) throw failure;
      return true;
    }
    if (codeOf(failure) === LOCKED) {
      if (performance.now() - this.started > this.patience) throw failure;
      if (this.attempt > 1) this.attempt--;
    } else if (this.attempt >= ATTEMPTS) throw changing(failure);
    if (this.attempt >= HOLD_FROM) for (const name of now?.relations ?? []) this.held.add(name);
    await sleep(Math.random() * 20 * this.attempt);
    return false;
  }

  /** Unless it has been dropped since. */
  private async hold(name: string): Promise<void> {
    await this.client.query("SAVEPOINT hold");
    try {
      await this.client.query(`LOCK TABLE ONLY ${name} IN ACCESS SHARE MODE`);
    } catch (error) {
      if (codeOf(error) === LOCKED || !comesOfChanges(error)) throw error;
      this.held.delete(name);
      await this.client.query("ROLLBACK TO hold");
    }
  }

  private lookedInVain(error: unknown): null {
    if (codeOf(error) !== "42501") throw error;
    this.blind = true;
    return null;
  }

  /** Whether every transaction that ran since the snapshot, of any database, still does. */
  private async nobodyCommitted(): Promise<boolean> {
    // age() is stable in a transaction from its first call on, so that this tells the number that comes next by now.
    const { rows } = await this.client.query<{ next: string; alive: string[] }>(
      `SELECT ((age('3'::xid)::bigint + 3 + ${XIDS}) % ${XIDS})::text AS next,
        ARRAY(SELECT transactionid::text FROM pg_catalog.pg_locks WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock' AND granted) AS alive`,
    );
    const { xid, running } = this.parts();
    const alive = new Set(rows[0]?.alive);
    const started = (Number(rows[0]?.next) - Number(xid) + XIDS) % XIDS;
    if (started > alive.size) return false;
    const since = Array.from({ length: started }, (_, i) => String((Number(xid) + i) % XIDS));
    return [...running, ...since].every((one) => alive.has(one));
  }

  private parts(): { xid: string; running: string[] } {
    const [, next = "", running = ""] = this.snapshot.split(":");
    const short = (xid: string) => String(BigInt(xid) % BigInt(XIDS));
    return { xid: short(next), running: running.split(",").filter(Boolean).map(short) };
  }

  /** How many rows there are and are younger than the snapshot, as one text, and the relations of the younger ones. */
  private async look(): Promise<{ mark: string; relations: string[] }> {
    const { xid, running } = this.parts();
    const young = `(age(xmin) <= age('${xid}'::xid) OR xmin = ANY ('{${running.join(",")}}'::xid[]))`;
    const counts = WATCHED.map(
      ([catalog, relation, lasting]) =>
        `SELECT count(*) AS rows, count(*) FILTER (WHERE ${young}) AS young, array_agg(DISTINCT ${relation}::oid) FILTER (WHERE ${young}) AS relations FROM pg_catalog.${catalog} WHERE ${lasting}`,
    );
    const { rows } = await this.client.query<{ mark: string; relations: string[] }>(
      `WITH temporary AS MATERIALIZED (SELECT oid FROM pg_catalog.pg_class WHERE relnamespace IN (${TEMPORARY})),
        counts AS MATERIALIZED (${counts.join(" UNION ALL ")})
      SELECT string_agg(rows || ' ' || young, ',') AS mark, ARRAY(SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
        FROM (SELECT DISTINCT unnest(relations) AS oid FROM counts) r JOIN pg_catalog.pg_class c ON c.oid = r.oid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1 LIMIT 100) AS relations FROM counts`,
    );
    return rows[0] ?? { mark: "", relations: [] };
  }
}

const LOCKED = "55P03";
const codeOf = (error: unknown) => (error as DatabaseError | null)?.code;

/** "cache lookup failed", "could not open relation", "… does not exist", and a lock that did not come. */
function comesOfChanges(error: unknown): boolean {
  return ["XX000", "42P01", "42703", "42704", "42883", "3F000", "40P01", LOCKED].includes(
    codeOf(error) ?? "",
  );
}

function changing(cause: unknown): DomainError {
  return new DomainError(
    "target",
    "schema.changing",
    "The schema did not stand still for as long as it takes to read it: other sessions change it again and again.",
    { hint: "Try again when no other session creates, alters or drops objects in this database.", cause },
  );
}
