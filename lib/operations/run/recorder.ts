import type { RunEvent } from "../../core/run/types";
import type { Db } from "../../db/client";
import { touchDeployment } from "../deployment/move";
import type { Claim } from "./claim";
import type { RunRows, TakenRows } from "./run-rows";

export interface RecorderOptions {
  /** Milliseconds between two writes while something happens. */
  flushMs: number;
  /** Milliseconds between two heartbeats while nothing does. */
  heartbeatMs: number;
  /** Somebody asked to cancel. */
  onCancel(): void;
  /** Another worker took the run over: nothing may be written or done any more. */
  onLost(): void;
}

/**
 * The one writer of a run's steps and log: it gathers events and writes them in batches, each guarded by the
 * fence. A worker that was stopped and continued after its run was taken over writes nothing.
 */
export class RunRecorder {
  private timer: NodeJS.Timeout | undefined;
  private lastWrite = 0;
  private writing: Promise<void> = Promise.resolve();
  private cancelled = false;
  private lost = false;

  constructor(
    private readonly db: Db,
    private readonly claim: Claim,
    private readonly rows: RunRows,
    private readonly options: RecorderOptions,
  ) {}

  readonly emit = (event: RunEvent): void => this.rows.add(event);

  start(): void {
    this.timer = setInterval(() => this.tick(), this.options.flushMs);
  }

  /** Writes what is left. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write();
  }

  private tick(): void {
    const due = this.rows.changed || Date.now() - this.lastWrite >= this.options.heartbeatMs;
    if (!due || this.lost) return;
    this.lastWrite = Date.now();
    // A store that is away for a moment must not end the run; the next write carries what this one could not.
    this.writing = this.writing.then(() => this.write()).catch(() => undefined);
  }

  private async write(): Promise<void> {
    if (this.lost) return;
    const changed = this.rows.changed;
    const taken = this.rows.take();
    let mine: { cancel: boolean } | undefined;
    try {
      mine = await this.writeRows(taken);
    } catch (error) {
      this.rows.giveBack(taken);
      throw error;
    }
    if (!mine) return this.loseIt();
    if (changed) await touchDeployment(this.db, this.claim.deploymentId);
    if (mine.cancel && !this.cancelled) {
      this.cancelled = true;
      this.rows.say("warning", "cancel_asked");
      this.options.onCancel();
    }
  }

  /** One statement: the heartbeat, the steps and the log, or nothing of them when the claim is lost. */
  private async writeRows({ patches, log, waiting }: TakenRows): Promise<{ cancel: boolean } | undefined> {
    const lines = log.map((line, n) => ({ ...line, n }));
    const rows = await this.db.$queryRaw<{ cancel: boolean }[]>`
      WITH mine AS (
        UPDATE run SET heartbeat_at = clock_timestamp(), waiting = nullif(${toJson(waiting)}::jsonb, 'null'::jsonb)
        WHERE id = ${this.claim.runId}::uuid AND fence = ${this.claim.fence} AND state = 'running'
        RETURNING id, cancel_asked_at IS NOT NULL AS cancel
      ), steps AS (
        UPDATE run_step AS s SET state = u.state, note = u.note,
          started_at = CASE WHEN u.patch ? 'startedAt' THEN u."startedAt" ELSE s.started_at END,
          duration_ms = CASE WHEN u.patch ? 'durationMs' THEN u."durationMs" ELSE s.duration_ms END,
          rows = CASE WHEN u.patch ? 'rows' THEN u.rows ELSE s.rows END
        FROM mine, jsonb_array_elements(${toJson(patches)}::jsonb) AS e(patch),
          jsonb_to_record(e.patch) AS r(position int, state text, "startedAt" timestamptz, "durationMs" float8, rows bigint, note text),
          LATERAL (SELECT e.patch, r.*) AS u
        WHERE s.run_id = mine.id AND s.position = u.position
      ), lines AS (
        INSERT INTO run_log (run_id, at, level, code, data)
        SELECT mine.id, l.at, l.level, l.code, l.data
        FROM mine, jsonb_to_recordset(${toJson(lines)}::jsonb) AS l(n int, at timestamptz, level text, code text, data jsonb)
        ORDER BY l.n
      )
      SELECT cancel FROM mine`;
    return rows[0];
  }

  private loseIt(): void {
    this.lost = true;
    clearInterval(this.timer);
    this.options.onLost();
  }
}

/** jsonb takes no NUL; a script may hold one in a message of PostgreSQL. */
function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("\\u0000", "\ufffd");
}
