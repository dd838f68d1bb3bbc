import type { BackupPhase, BackupProgress, TableProgress } from "../../core/backup/types";
import type { SourceTable } from "./inventory";
import { RateMeter, throttle } from "./rate";

interface Followed extends TableProgress {
  active: number;
}

/** Adds up what the sessions of a backup copy and tells it a few times a second. */
export class BackupFollower {
  private phase: BackupPhase = "preparing";
  private readonly tables = new Map<string, Followed>();
  private readonly meter = new RateMeter();
  private extraBytes = 0;
  private readonly tell: (force?: boolean) => void;

  constructor(
    private readonly onProgress: ((progress: BackupProgress) => void) | undefined,
    private readonly storedBytes: () => number,
  ) {
    this.tell = throttle(() => this.onProgress?.(this.view()));
  }

  begin(phase: BackupPhase): void {
    this.phase = phase;
    this.tell(true);
  }

  expect(tables: readonly SourceTable[]): void {
    for (const { oid, schema, name, rows, bytes } of tables) {
      this.tables.set(oid, {
        schema,
        name,
        rows: 0,
        bytes: 0,
        rowsTotal: rows,
        bytesTotal: bytes,
        done: false,
        active: 0,
      });
    }
    this.tell(true);
  }

  start(oid: string): void {
    const table = this.tables.get(oid);
    if (table) table.active += 1;
  }

  /** @param rows, bytes since the last call */
  copied(oid: string, rows: number, bytes: number): void {
    const table = this.tables.get(oid);
    if (!table) return;
    table.rows += rows;
    table.bytes += bytes;
    this.tell();
  }

  pause(oid: string): void {
    const table = this.tables.get(oid);
    if (table) table.active -= 1;
  }

  /** From here on its real size counts instead of the foretold one. */
  finish(oid: string): void {
    const table = this.tables.get(oid);
    if (!table) return;
    table.done = true;
    table.rowsTotal = table.rows;
    table.bytesTotal = table.bytes;
    this.tell();
  }

  largeObject(bytes: number): void {
    this.extraBytes += bytes;
    this.tell();
  }

  private view(): BackupProgress {
    const all = [...this.tables.values()];
    const sum = (pick: (table: Followed) => number) => all.reduce((total, table) => total + pick(table), 0);
    const bytes = sum((table) => table.bytes) + this.extraBytes;
    const bytesTotal = Math.max(
      bytes,
      sum((table) => Math.max(table.bytes, table.bytesTotal)) + this.extraBytes,
    );
    const rate = this.meter.rate(bytes);
    return {
      phase: this.phase,
      bytes,
      bytesTotal,
      rows: sum((table) => table.rows),
      rowsTotal: sum((table) => Math.max(table.rows, table.rowsTotal)),
      tablesDone: all.filter((table) => table.done).length,
      tablesTotal: all.length,
      archiveBytes: this.storedBytes(),
      rate,
      secondsLeft: this.meter.secondsLeft(bytes, bytesTotal, rate),
      tables: all.filter((table) => table.active > 0).map(({ active: _, ...table }) => table),
    };
  }
}
