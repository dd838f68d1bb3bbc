import type pg from "pg";

/** A column as the server describes it. */
export interface PortalField {
  name: string;
  typeId: number;
  typeModifier: number;
}

export interface PortalLimits {
  /** Rows to keep; one more is read to know whether there are more. */
  rows: number;
  /** UTF-16 units of all cells together. */
  bytes: number;
  /** UTF-16 units of one cell; the rest of it is cut off. */
  cell: number;
}

export interface PortalResult {
  fields: PortalField[];
  rows: (string | null)[][];
  /** Cells that are longer than what is shown: place and full length. */
  cuts: { row: number; column: number; length: number }[];
  /** Why there may be more rows than these. */
  truncated: "rows" | "bytes" | null;
  /** "SELECT 3", "UPDATE 12"; null when it was stopped before its end. */
  tag: string | null;
}

/** The part of node-pg's connection that a query object talks to. */
interface Wire {
  parse(query: { text: string; name: string; types: number[] }): void;
  bind(config: { portal: string; statement: string; values: unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(config: { portal: string; rows: number }): void;
  close(message: { type: "P"; name: string }): void;
  flush(): void;
  sync(): void;
  sendCopyFail(message: string): void;
}

const BATCH = 100;

/**
 * One statement through the extended protocol: the server itself refuses a second one in the text, and rows come a
 * hundred at a time, so that no more than the limit is ever loaded.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 */
class PortalQuery {
  private readonly result: PortalResult = { fields: [], rows: [], cuts: [], truncated: null, tag: null };
  private bytes = 0;
  private failure: Error | null = null;
  private ended = false;

  constructor(
    private readonly text: string,
    private readonly limits: PortalLimits,
    private readonly done: (error: Error | null, result: PortalResult) => void,
  ) {}

  submit(wire: Wire): void {
    wire.parse({ text: this.text, name: "", types: [] });
    wire.bind({ portal: "", statement: "", values: [] });
    wire.describe({ type: "P", name: "" });
    wire.execute({ portal: "", rows: this.nextBatch() });
    wire.flush();
  }

  private nextBatch(): number {
    return Math.max(1, Math.min(BATCH, this.limits.rows + 1 - this.result.rows.length));
  }

  handleRowDescription(message: {
    fields: { name: string; dataTypeID: number; dataTypeModifier: number }[];
  }): void {
    this.result.fields = message.fields.map((field) => ({
      name: field.name,
      typeId: field.dataTypeID,
      typeModifier: field.dataTypeModifier,
    }));
  }

  handleDataRow(message: { fields: (string | null)[] }): void {
    if (this.result.truncated) return;
    if (this.result.rows.length >= this.limits.rows) {
      this.result.truncated = "rows";
      return;
    }
    const row = this.result.rows.length;
    const cells = message.fields.map((value, column) => {
      if (value === null || value.length <= this.limits.cell) return value;
      this.result.cuts.push({ row, column, length: value.length });
      return value.slice(0, this.limits.cell);
    });
    this.bytes += cells.reduce((sum, cell) => sum + (cell?.length ?? 0) + 8, 0);
    if (this.bytes > this.limits.bytes) this.result.truncated = "bytes";
    else this.result.rows.push(cells);
  }

  handlePortalSuspended(wire: Wire): void {
    if (this.result.truncated) {
      wire.close({ type: "P", name: "" });
      wire.sync();
      return;
    }
    wire.execute({ portal: "", rows: this.nextBatch() });
    wire.flush();
  }

  handleCommandComplete(message: { text: string }, wire: Wire): void {
    // The server counts the rows of the last batch only.
    this.result.tag = message.text.replace(/^SELECT \d+$/, `SELECT ${this.result.rows.length}`);
    wire.sync();
  }

  handleEmptyQuery(wire: Wire): void {
    wire.sync();
  }

  handleCopyInResponse(wire: Wire): void {
    wire.sendCopyFail("COPY is not accepted here");
    wire.sync();
  }

  handleCopyData(): void {}

  handleError(error: Error, wire: Wire): void {
    this.failure ??= error;
    wire.sync();
    // The driver forgets a query that failed: its ReadyForQuery is not told to it.
    this.finish();
  }

  handleReadyForQuery(): void {
    this.finish();
  }

  private finish(): void {
    if (this.ended) return;
    this.ended = true;
    this.done(this.failure, this.result);
  }
}

/**
 * Runs one statement and reads at most `limits` of its rows, as PostgreSQL's own text.
 * @throws the server's error, or the connection's
 */
export function readPortal(client: pg.Client, text: string, limits: PortalLimits): Promise<PortalResult> {
  return new Promise((resolve, reject) => {
    const query = new PortalQuery(text, limits, (error, result) => (error ? reject(error) : resolve(result)));
    client.query(query as unknown as pg.Submittable);
  });
}
