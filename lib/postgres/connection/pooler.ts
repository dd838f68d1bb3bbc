import type pg from "pg";

/** Any key will do, as long as nothing else uses it. */
const PROBE_LOCK = "7020119284657312";

/**
 * Whether two of our sessions share server sessions, which is what a pooler in transaction mode does: then locks and
 * settings of a session hold for nobody. Established by behaviour only (a strange pid in the handshake proves
 * nothing): while the second session holds a transaction, both must keep their own server process, and an advisory
 * lock of the first must be refused to the second.
 */
export async function isTransactionPooler(first: pg.Client, second: pg.Client): Promise<boolean> {
  const pid = async (client: pg.Client) => {
    const result = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    return result.rows[0]?.pid ?? 0;
  };
  const before = await pid(first);
  const lock = await first.query<{ got: boolean }>(`SELECT pg_try_advisory_lock(${PROBE_LOCK}) AS got`);
  const held = lock.rows[0]?.got === true;
  try {
    await second.query("BEGIN");
    const other = await pid(second);
    if (other === before) return true;
    if (held) {
      const again = await second.query<{ got: boolean }>(
        `SELECT pg_try_advisory_xact_lock(${PROBE_LOCK}) AS got`,
      );
      if (again.rows[0]?.got) return true;
    }
    for (let i = 0; i < 3; i++) if ((await pid(first)) !== before) return true;
    await second.query("COMMIT");
    return (await pid(second)) !== other;
  } finally {
    await second.query("ROLLBACK").catch(() => {});
    if (held) await first.query(`SELECT pg_advisory_unlock(${PROBE_LOCK})`).catch(() => {});
  }
}
