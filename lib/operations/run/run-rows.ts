import type { Blocker, RunEvent } from "../../core/run/types";
import type { StepState, WaitingView } from "../deployment/views";
import { LockWaits } from "./lock-waits";

/** What a step's row becomes; undefined leaves a column as it is. */
export interface StepPatch {
  position: number;
  state: StepState;
  startedAt?: string | null;
  durationMs?: number | null;
  rows?: number | null;
  note?: string | null;
}

export interface LogRow {
  at: string;
  level: "info" | "ok" | "warning" | "error";
  code: string;
  data: Record<string, unknown>;
}

export interface TakenRows {
  patches: StepPatch[];
  log: LogRow[];
  waiting: WaitingView | null;
}

/** Longest text of a notice or an error that is kept. */
const MAX_TEXT = 4000;
/** Between two lines of the log about the batches of a statement. */
const BATCH_LINE_MS = 5000;
/** lock_timeout ran out (PostgreSQL, "Error Codes"). */
const LOCK_NOT_AVAILABLE = "55P03";

/**
 * Turns the runner's events into rows of our store. It keeps what was not written yet; `take` hands it over.
 */
export class RunRows {
  private readonly patches = new Map<number, StepPatch>();
  private readonly states = new Map<number, StepState>();
  private readonly positions = new Map<string, number>();
  private readonly byMigration = new Map<string, number[]>();
  private log: LogRow[] = [];
  private blocked = "";
  private lastBatchLine = 0;
  private attempt: { migration: string; attempt: number } | null = null;
  waiting: WaitingView | null = null;
  private readonly lockWaits = new LockWaits();
  /** Something was said since `take`. */
  changed = false;

  constructor(private readonly limits: { lockTimeoutMs: number; lockWaitMs: number; attempts: number }) {}

  /** The steps that the run will take, in order. */
  plan(steps: readonly { position: number; migration: string; statement: number }[]): void {
    for (const { position, migration, statement } of steps) {
      this.positions.set(`${migration}\n${statement}`, position);
      this.byMigration.set(migration, [...(this.byMigration.get(migration) ?? []), position]);
      this.states.set(position, "waiting");
    }
  }

  /** All waiting for locks so far, every attempt of every statement included. In milliseconds. */
  get lockWaitMs(): number {
    return this.lockWaits.totalMs;
  }

  say(level: LogRow["level"], code: string, data: Record<string, unknown> = {}): void {
    this.log.push({ at: new Date().toISOString(), level, code, data });
    this.changed = true;
  }

  take(): TakenRows {
    const taken = { patches: [...this.patches.values()], log: this.log, waiting: this.waiting };
    this.patches.clear();
    this.log = [];
    this.changed = false;
    return taken;
  }

  /** What could not be written stays to be written, before what has come since. */
  giveBack({ patches, log }: TakenRows): void {
    for (const patch of patches)
      this.patches.set(patch.position, { ...patch, ...this.patches.get(patch.position) });
    this.log = [...log, ...this.log];
    this.changed = true;
  }

  add(event: RunEvent): void {
    this.changed = true;
    switch (event.type) {
      case "lock.wait":
        this.lockWait(event.holder, event.waitedMs);
        break;
      case "lock.acquired":
        this.waiting = null;
        this.lockWaits.add(event.waitedMs);
        if (event.waitedMs > 200) this.say("info", "lock_acquired", { waitedMs: event.waitedMs });
        break;
      case "migration.start":
        this.migrationStart(event);
        break;
      case "statement.start":
        this.waiting = null;
        this.step(event, {
          state: "running",
          startedAt: new Date().toISOString(),
          durationMs: null,
          note: null,
        });
        break;
      case "statement.done":
        this.statementDone(event);
        break;
      case "statement.batch":
        this.statementBatch(event);
        break;
      case "statement.blocked":
        this.statementBlocked(event);
        break;
      case "statement.failed":
        this.statementFailed(event);
        break;
      case "migration.undone":
        this.undone(event);
        break;
      case "migration.retry":
        this.retry(event);
        break;
      case "migration.recorded":
        this.recorded(event);
        break;
      case "undo.kept":
      case "undo.not_kept":
      case "undo.put_back":
        this.undo(event);
        break;
      case "notice":
        this.say("info", "notice", {
          severity: event.severity,
          message: event.message.slice(0, MAX_TEXT),
        });
        break;
    }
  }

  private step(
    { migration, statement }: { migration: string; statement: number },
    patch: Omit<StepPatch, "position">,
  ): void {
    const position = this.positions.get(`${migration}\n${statement}`);
    if (position !== undefined) this.patch({ position, ...patch });
  }

  private patch(patch: StepPatch): void {
    this.patches.set(patch.position, { ...this.patches.get(patch.position), ...patch });
    this.states.set(patch.position, patch.state);
  }

  private lockWait(holder: Blocker | null, waitedMs: number): void {
    const blockers = holder ? [holder] : [];
    this.waiting = waitingFor("advisory_lock", {
      ...{ waitedMs, limitMs: this.limits.lockWaitMs, blockers },
      totalMs: this.lockWaitMs + waitedMs,
    });
    this.say("warning", "lock_wait", {
      pid: holder?.pid ?? null,
      application: holder?.application ?? null,
      waitedMs,
    });
  }

  private migrationStart(event: Extract<RunEvent, { type: "migration.start" }>): void {
    const { migration, attempt, statements, transaction, position } = event;
    this.waiting = null;
    this.attempt = { migration, attempt };
    for (const own of this.byMigration.get(migration) ?? []) {
      if (this.states.get(own) === "undone")
        this.patch({ position: own, state: "waiting", durationMs: null, rows: null });
    }
    this.say("info", attempt > 1 ? "migration_again" : "migration_start", {
      migration,
      attempt,
      statements,
      transaction,
      position,
    });
  }

  private statementDone(event: Extract<RunEvent, { type: "statement.done" }>): void {
    const { statement, migration, durationMs, rows } = event;
    this.waiting = null;
    this.lockWaits.end();
    this.blocked = "";
    this.step(event, { state: "done", durationMs, rows });
    this.say("ok", "statement_done", { migration, statement, durationMs: Math.round(durationMs), rows });
  }

  /** The step shows every batch, the log one now and then: there may be a million of them. */
  private statementBatch(event: Extract<RunEvent, { type: "statement.batch" }>): void {
    const { migration, statement, batches, rows } = event;
    this.waiting = null;
    this.lockWaits.end();
    this.blocked = "";
    this.step(event, { state: "running", rows });
    if (Date.now() - this.lastBatchLine < BATCH_LINE_MS) return;
    this.lastBatchLine = Date.now();
    this.say("info", "statement_batch", { migration, statement, batches, rows });
  }

  private statementBlocked(event: Extract<RunEvent, { type: "statement.blocked" }>): void {
    const { migration, statement, waitedMs, blockers } = event;
    const attempt = this.attempt?.migration === migration ? this.attempt.attempt : null;
    this.lockWaits.seen(`${migration}\n${statement}\n${attempt}`, waitedMs);
    this.waiting = waitingFor("lock", {
      ...{ migration, statement, waitedMs, blockers, attempt, of: this.limits.attempts },
      totalMs: this.lockWaitMs,
      position: this.positions.get(`${migration}\n${statement}`) ?? null,
      limitMs: this.limits.lockTimeoutMs > 0 ? this.limits.lockTimeoutMs : null,
    });
    // The watcher looks every few hundred milliseconds: the log says it once for each set of sessions.
    const who = `${migration}\n${statement}\n${attempt}\n${blockers
      .map((one) => one.pid)
      .sort()
      .join(",")}`;
    if (who === this.blocked) return;
    this.blocked = who;
    this.say("warning", "statement_blocked", { migration, statement, waitedMs, blockers: named(blockers) });
  }

  private statementFailed(event: Extract<RunEvent, { type: "statement.failed" }>): void {
    const { migration, statement, failure } = event;
    this.waiting = null;
    this.lockWaits.end(failure.sqlState === LOCK_NOT_AVAILABLE);
    this.step(event, { state: "failed", note: failure.message.slice(0, MAX_TEXT) });
    const { sqlState, message, line } = failure;
    // A lost connection has no code of PostgreSQL.
    this.say("error", sqlState ? "statement_failed" : "statement_unanswered", {
      migration,
      statement,
      sqlState,
      message: message.slice(0, MAX_TEXT),
      line: line ?? null,
    });
  }

  /** Positions of a migration's steps, or of those of one unit. */
  private stepsOf({ migration, unit }: { migration: string; unit?: { from: number; to: number } }): number[] {
    if (!unit) return this.byMigration.get(migration) ?? [];
    const statements = Array.from({ length: unit.to - unit.from + 1 }, (_, index) => unit.from + index);
    return statements.flatMap((statement) => this.positions.get(`${migration}\n${statement}`) ?? []);
  }

  private undone(event: Extract<RunEvent, { type: "migration.undone" }>): void {
    const { migration, reason } = event;
    this.waiting = null;
    this.lockWaits.end(reason === "lock_timeout");
    for (const position of this.stepsOf(event)) {
      const state = this.states.get(position);
      if (state === "done" || state === "running") this.patch({ position, state: "undone" });
      // What PostgreSQL said of it is the answer to somebody's request, no failure.
      else if (state === "failed" && reason === "cancelled")
        this.patch({ position, state: "cancelled", note: null });
    }
    this.say("warning", "migration_undone", { migration, reason });
  }

  private retry(event: Extract<RunEvent, { type: "migration.retry" }>): void {
    const { migration, attempt, of, inMs, blockers } = event;
    const steps = this.stepsOf(event);
    const position = steps.find((own) => this.states.get(own) === "failed") ?? null;
    for (const own of steps) {
      if (this.states.get(own) !== "waiting") this.patch({ position: own, state: "undone", note: null });
    }
    const totalMs = this.lockWaitMs;
    const next = { attempt, of, nextInMs: inMs };
    this.waiting = waitingFor("retry", { migration, position, ...next, blockers, totalMs });
    this.say("warning", "migration_retry", { migration, attempt, of, inMs, blockers: named(blockers) });
  }

  private undo(event: Extract<RunEvent, { type: `undo.${string}` }>): void {
    const { migration, statement, relation } = event;
    if (event.type === "undo.not_kept") {
      this.say("warning", "undo_not_kept", {
        migration,
        statement,
        relation,
        reason: event.reason.replace(".", "_"),
      });
    } else if (event.type === "undo.kept") {
      const { rows, bytes } = event;
      this.say("info", "undo_kept", { migration, statement, relation, rows, bytes });
    } else {
      const { restored, newer, gone, orphaned, examples, message = "" } = event;
      const { refused = 0, reason = refused > 0 ? "part" : "", lacking = [] } = event;
      const lost = newer + gone + orphaned + refused;
      const counts = {
        restored,
        newer,
        gone,
        orphaned,
        refused,
        lost,
        // A key may have several columns, which are parted by commas.
        examples: examples.join("; "),
        reason,
        message,
      };
      this.say(reason || lost > 0 ? "warning" : "ok", "undo_put_back", { migration, relation, ...counts });
      if (lacking.length > 0)
        this.say("warning", "undo_lacking", { migration, relation, columns: lacking.join(", ") });
    }
  }

  private recorded({ migration, durationMs }: Extract<RunEvent, { type: "migration.recorded" }>): void {
    this.waiting = null;
    for (const position of this.byMigration.get(migration) ?? []) {
      if (this.states.get(position) !== "done") this.patch({ position, state: "done" });
    }
    this.say("ok", "migration_recorded", { migration, durationMs: Math.round(durationMs) });
  }
}

function waitingFor(kind: WaitingView["kind"], known: Partial<WaitingView>): WaitingView {
  return {
    ...{ kind, migration: null, statement: null, position: null, attempt: null, of: null },
    ...{ waitedMs: 0, totalMs: 0, limitMs: null, nextInMs: null, blockers: [] },
    since: new Date().toISOString(),
    ...known,
  };
}

function named(blockers: readonly Blocker[]): string {
  return blockers.map((one) => `${one.pid}${one.application ? ` (${one.application})` : ""}`).join(", ");
}
