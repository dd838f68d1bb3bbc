import { type EventFields, GENESIS, hashEvent } from "./canonical";
import { type Checkpoint, isOurCheckpoint } from "./signature";

/** One query on the store; values as any of our drivers gives them. */
export type Query = (sql: string, values: unknown[]) => Promise<Record<string, unknown>[]>;

export type BreakKind =
  /** The row's content is not what was hashed. */
  | "changed"
  /** A row that was there is not. */
  | "missing"
  /** The row stood elsewhere in the chain. */
  | "reordered"
  /** The chain is consistent, but not the one that was signed: rewritten up to here. */
  | "rewritten"
  /** A checkpoint that this instance did not sign. */
  | "forged_checkpoint";

export interface Break {
  /** The first row that is wrong; of `missing` the first one that is not there. */
  seq: bigint;
  kind: BreakKind;
  /** What was found, in English, for the log and the command line. */
  found: string;
}

export interface Verification {
  ok: boolean;
  /** Rows read now. */
  checked: number;
  /** Position the check began after; 0: from the beginning. */
  from: bigint;
  /** End of the chain as it is in the table. */
  head: { seq: bigint; hash: Uint8Array } | null;
  checkpoints: { table: number; file: number; damagedLines: number };
  broken: Break | null;
}

export interface VerifyOptions {
  /** Checkpoints kept outside the database. */
  file: { checkpoints: Checkpoint[]; damaged: number };
  /** Begin after this row, which was found in order before. */
  after?: { seq: bigint; hash: Uint8Array };
  onProgress?: (checked: number, total: number) => void;
  signal?: AbortSignal;
}

const BATCH = 5000;

/**
 * Walks the chain row by row and compares it with every signed checkpoint of the table and of the file.
 * Names the first row that is wrong. Reads in batches by seq; nothing is locked.
 */
export async function verifyChain(query: Query, options: VerifyOptions): Promise<Verification> {
  const from = options.after?.seq ?? 0n;
  const table = (
    await query(`SELECT seq, hash, signed_at, signature FROM audit_checkpoint ORDER BY seq`, [])
  ).map(toCheckpoint);
  const checkpoints = [...table, ...options.file.checkpoints].sort((a, b) =>
    a.seq < b.seq ? -1 : a.seq > b.seq ? 1 : 0,
  );
  const state: Walk = {
    last: { seq: from, hash: options.after?.hash ?? GENESIS },
    checked: 0,
    trusted: from,
  };
  const broken = (await findStartBreak(query, options)) ?? (await walk(query, state, checkpoints, options));
  return {
    ok: broken === null,
    checked: state.checked,
    from,
    head: state.last.seq === 0n ? null : state.last,
    checkpoints: {
      table: table.length,
      file: options.file.checkpoints.length,
      damagedLines: options.file.damaged,
    },
    broken: broken ?? null,
  };
}

interface Walk {
  last: { seq: bigint; hash: Uint8Array };
  checked: number;
  /** Up to here a checkpoint has vouched for it. */
  trusted: bigint;
}

/** An incremental check rests on a row that must still be there as it was. */
async function findStartBreak(query: Query, { after }: VerifyOptions): Promise<Break | null> {
  if (!after || after.seq === 0n) return null;
  const [row] = await query(`SELECT hash FROM audit_event WHERE seq = $1`, [after.seq.toString()]);
  if (!row)
    return { seq: after.seq, kind: "missing", found: `Row ${after.seq} was verified before and is gone.` };
  if (sameBytes(bytes(row.hash), after.hash)) return null;
  return {
    seq: after.seq,
    kind: "rewritten",
    found: `Row ${after.seq} was verified before with another hash.`,
  };
}

async function walk(
  query: Query,
  state: Walk,
  all: Checkpoint[],
  options: VerifyOptions,
): Promise<Break | null> {
  const forged = all.find((checkpoint) => !isOurCheckpoint(checkpoint));
  if (forged) {
    return {
      seq: forged.seq,
      kind: "forged_checkpoint",
      found: `The checkpoint at row ${forged.seq} was not signed by this instance.`,
    };
  }
  const checkpoints = all.filter((checkpoint) => checkpoint.seq > state.last.seq);
  const total = await countTo(query, state.last.seq);
  let next = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const rows = await query(
      `SELECT ${COLUMNS} FROM audit_event WHERE seq > $1 ORDER BY seq LIMIT ${BATCH}`,
      [state.last.seq.toString()],
    );
    for (const raw of rows) {
      const row = toRow(raw);
      const broken = await checkRow(query, state, row);
      if (broken) return broken;
      state.last = { seq: row.event.seq, hash: row.hash };
      state.checked += 1;
      for (; checkpoints[next] && (checkpoints[next] as Checkpoint).seq <= row.event.seq; next += 1) {
        if (!sameBytes((checkpoints[next] as Checkpoint).hash, row.hash))
          return rewritten(state.trusted, row.event.seq);
        state.trusted = row.event.seq;
      }
    }
    options.onProgress?.(state.checked, total);
    if (rows.length < BATCH) break;
  }
  const beyond = checkpoints.at(-1);
  if (!beyond || beyond.seq <= state.last.seq) return null;
  const first = state.last.seq + 1n;
  return {
    seq: first,
    kind: "missing",
    found: `Rows ${first} to ${beyond.seq} are gone: a checkpoint of ${beyond.signedAt.toISOString()} saw them.`,
  };
}

function rewritten(trusted: bigint, seq: bigint): Break {
  return {
    seq: trusted + 1n,
    kind: "rewritten",
    found: `Rows ${trusted + 1n} to ${seq} are not the ones that were signed.`,
  };
}

async function countTo(query: Query, after: bigint): Promise<number> {
  const [row] = await query(`SELECT coalesce(max(seq), 0) AS head FROM audit_event`, []);
  return Number(BigInt(String(row?.head ?? 0)) - after);
}

/** A row of the chain as the check needs it. */
interface Row {
  event: EventFields;
  previousHash: Uint8Array;
  hash: Uint8Array;
}

async function checkRow(query: Query, { last }: Walk, row: Row): Promise<Break | null> {
  const { seq } = row.event;
  const expected = last.seq + 1n;
  const intact = sameBytes(hashEvent(row.previousHash, row.event), row.hash);
  if (seq === expected && intact && sameBytes(row.previousHash, last.hash)) return null;
  const home = await findHome(query, row, last.hash);
  if (home !== null) return { seq: expected, kind: "reordered", found: `Row ${seq} belongs at ${home}.` };
  if (seq !== expected)
    return { seq: expected, kind: "missing", found: `Row ${expected} is missing; the next one is ${seq}.` };
  // The row itself is as it was hashed, so the one before it was replaced together with its hash.
  if (intact && last.seq > 0n)
    return {
      seq: last.seq,
      kind: "changed",
      found: `Row ${last.seq} is not the one that row ${seq} follows.`,
    };
  return { seq, kind: "changed", found: `Row ${seq} is not what was recorded.` };
}

/** Where a row stood before it was moved: after the row whose hash it names. Null when it was not moved. */
async function findHome(query: Query, row: Row, expectedHash: Uint8Array): Promise<bigint | null> {
  if (sameBytes(row.previousHash, expectedHash)) return null;
  const [before] = await query(`SELECT seq FROM audit_event WHERE hash = $1 LIMIT 1`, [
    Buffer.from(row.previousHash),
  ]);
  const candidates = before ? [BigInt(String(before.seq)) + 1n, 1n] : [1n];
  const around = [...Array(5)].map((_, i) => row.event.seq + BigInt(i - 2)).filter((seq) => seq > 0n);
  const home = [...candidates, ...around].find(
    (seq) => seq !== row.event.seq && sameBytes(hashEvent(row.previousHash, { ...row.event, seq }), row.hash),
  );
  return home ?? null;
}

const COLUMNS = `seq, at, actor_kind, actor_id, actor_label, operation, outcome, project_id::text AS project_id,
  environment_id::text AS environment_id, resource_type, resource_id, resource_label, run_id, ip, user_agent, details,
  previous_hash, hash`;

function toRow(raw: Record<string, unknown>): Row {
  const text = (name: string) => (raw[name] === null ? null : String(raw[name]));
  return {
    event: {
      seq: BigInt(String(raw.seq)),
      at: raw.at instanceof Date ? raw.at : new Date(String(raw.at)),
      actorKind: String(raw.actor_kind),
      actorId: text("actor_id"),
      actorLabel: String(raw.actor_label),
      operation: String(raw.operation),
      outcome: String(raw.outcome),
      projectId: text("project_id"),
      environmentId: text("environment_id"),
      resourceType: String(raw.resource_type),
      resourceId: text("resource_id"),
      resourceLabel: String(raw.resource_label),
      runId: text("run_id"),
      ip: text("ip"),
      userAgent: text("user_agent"),
      details: raw.details,
    },
    previousHash: bytes(raw.previous_hash),
    hash: bytes(raw.hash),
  };
}

function toCheckpoint(raw: Record<string, unknown>): Checkpoint {
  return {
    seq: BigInt(String(raw.seq)),
    hash: bytes(raw.hash),
    signedAt: raw.signed_at instanceof Date ? raw.signed_at : new Date(String(raw.signed_at)),
    signature: bytes(raw.signature),
  };
}

function bytes(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}
