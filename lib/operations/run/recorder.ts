import type { RunEvent } from "../../core/run/types";
import type { Db } from "../../db/client";
import { touchDeployment } from "../deployment/move";
import type { Claim } from "./claim";
import type { RunRows } from "./run-rows";

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
    const { patches, log, waiting } = this.rows.take();
    const rows = await this.db.$queryRaw<{ cancel: boolean }[]>`
      WITH mine AS (
        UPDATE run SET heartbeat_at = clock_timestamp(), waiting = ${JSON.stringify(waiting)}::jsonb
        WHERE id = ${this.claim.runId}::uuid AND fence = ${this.claim.fence} AND state = 'running'
        RETURNING id, cancel_asked_at IS NOT NULL AS cancel
      ), steps AS (
        UPDATE run_step AS s SET state = u.state, started_at = CASE WHEN u.state = 'running' THEN u."startedAt" ELSE s.started_at END,
          duration_ms = CASE WHEN u.state IN ('done', 'running', 'waiting') THEN coalesce(u."durationMs", CASE WHEN u.state = 'done' THEN s.duration_ms END) ELSE s.duration_ms END,
          rows = CASE WHEN u.state = 'done' THEN coalesce(u.rows::bigint, s.rows) ELSE s.rows END, note = u.note
        FROM mine, jsonb_to_recordset(${JSON.stringify(patches)}::jsonb)
          AS u(position int, state text, "startedAt" timestamptz, "durationMs" float8, rows float8, note text)
        WHERE s.run_id = mine.id AND s.position = u.position
      ), lines AS (
        INSERT INTO run_log (run_id, at, level, code, data)
        SELECT mine.id, l.at, l.level, l.code, l.data
        FROM mine, jsonb_to_recordset(${JSON.stringify(log)}::jsonb) WITH ORDINALITY
          AS l(at timestamptz, level text, code text, data jsonb, n bigint) ORDER BY l.n
      )
      SELECT cancel FROM mine`;
    const mine = rows[0];
    if (!mine) return this.loseIt();
    if (changed) await touchDeployment(this.db, this.claim.deploymentId);
    if (mine.cancel && !this.cancelled) {
      this.cancelled = true;
      this.rows.say("warning", "cancel_asked");
      this.options.onCancel();
    }
  }

  private loseIt(): void {
    this.lost = true;
    clearInterval(this.timer);
    this.options.onLost();
  }
}
