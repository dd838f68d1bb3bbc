import type { ManifestTable, RestorePhase, RestoreProgress, TableProgress } from "../../../core/backup/types";
import { keyOf } from "../inventory";
import { RateMeter, throttle } from "../rate";

interface Followed extends TableProgress {
  active: boolean;
}

/** Adds up what the sessions of a restore have done and tells it a few times a second. */
export class RestoreFollower {
  private phase: RestorePhase = "checking";
  private readonly tables = new Map<string, Followed>();
  private readonly meter = new RateMeter();
  private objects: { bytes: number; bytesTotal: number; meter: RateMeter } | null = null;
  private steps = 0;
  private stepsTotal = 0;
  private readonly tell: (force?: boolean) => void;

  constructor(private readonly onProgress: ((progress: RestoreProgress) => void) | undefined) {
    this.tell = throttle(() => this.onProgress?.(this.view()));
  }

  begin(phase: RestorePhase): void {
    this.phase = phase;
    this.tell(true);
  }

  /** Until the next phase, bytes are those of large objects: the rows are there by then. */
  beginLargeObjects(bytesTotal: number): void {
    this.objects = { bytes: 0, bytesTotal, meter: new RateMeter() };
    this.begin("large_objects");
  }

  largeObject(bytes: number): void {
    if (this.objects) this.objects.bytes += bytes;
    this.tell();
  }

  expect(tables: readonly ManifestTable[]): void {
    for (const { schema, name, rows, rawBytes } of tables) {
      const progress = { schema, name, rows: 0, bytes: 0, rowsTotal: rows, bytesTotal: rawBytes };
      this.tables.set(keyOf({ schema, name }), { ...progress, done: rows === 0, active: false });
    }
  }

  expectSteps(count: number): void {
    this.stepsTotal += count;
  }

  stepped(count: number): void {
    this.steps += count;
    this.tell();
  }

  copied(table: ManifestTable, bytes: number): void {
    const followed = this.tables.get(keyOf(table));
    if (!followed) return;
    followed.active = true;
    followed.bytes += bytes;
    // The server tells rows only at the end of a file.
    const share = followed.bytesTotal > 0 ? Math.min(1, followed.bytes / followed.bytesTotal) : 1;
    followed.rows = Math.round(share * followed.rowsTotal);
    this.tell();
  }

  finish(table: ManifestTable): void {
    const followed = this.tables.get(keyOf(table));
    if (!followed) return;
    Object.assign(followed, {
      active: false,
      done: true,
      rows: followed.rowsTotal,
      bytes: followed.bytesTotal,
    });
    this.tell();
  }

  private view(): RestoreProgress {
    const all = [...this.tables.values()];
    const sum = (pick: (table: Followed) => number) => all.reduce((total, table) => total + pick(table), 0);
    const copied = { bytes: sum((table) => table.bytes), bytesTotal: sum((table) => table.bytesTotal) };
    const ofObjects = this.phase === "large_objects" ? this.objects : null;
    const { bytes, bytesTotal } = ofObjects ?? copied;
    const meter = ofObjects?.meter ?? this.meter;
    const rate = meter.rate(bytes);
    return {
      phase: this.phase,
      bytes,
      bytesTotal,
      rows: sum((table) => table.rows),
      rowsTotal: sum((table) => table.rowsTotal),
      tablesDone: all.filter((table) => table.done).length,
      tablesTotal: all.length,
      steps: this.steps,
      stepsTotal: this.stepsTotal,
      rate,
      secondsLeft: this.phase === "data" || ofObjects ? meter.secondsLeft(bytes, bytesTotal, rate) : null,
      tables: all.filter((table) => table.active).map(({ active: _, ...table }) => table),
    };
  }
}
