import type { Duplex } from "node:stream";
import type pg from "pg";
import { BLOCK_BYTES } from "./codec";

/** Where COPY's text goes, block by block. */
export interface BlockSink {
  push(block: Buffer): Promise<void>;
  /** Resolves when the blocks pushed so far are not used any more. */
  settled(): Promise<void>;
}

export interface CopiedRows {
  rows: number;
  bytes: number;
}

type DataHandler = (bytes: Buffer) => void;

const COPY_DATA = 0x64; // d
const READY = 0x5a; // Z
const HEADER = 5;

/**
 * Runs COPY … TO STDOUT and hands its text on in blocks (docs: "Frontend/Backend Protocol", COPY Operations). The
 * driver is left out of the rows: it would make an object of each. While `sink` is not ready nothing is read from the
 * socket, so that no table takes more memory than another.
 * @throws pg.DatabaseError of the server; the sink's error; Error when the connection ends
 */
export function copyOut(
  client: pg.Client,
  sql: string,
  sink: BlockSink,
  onRows?: (rows: number, bytes: number) => void,
): Promise<CopiedRows> {
  return new Promise((resolve, reject) => {
    const collector = new RowCollector(sink, onRows);
    client.query({
      submit(connection: { stream: Duplex; query(text: string): void }) {
        collector.attach(connection.stream, reject);
        connection.query(sql);
      },
      handleCommandComplete() {},
      handleReadyForQuery() {
        collector.finish().then(resolve, reject);
      },
      // Listening goes on until the server is ready again: what follows the error is still for the driver.
      handleError: reject,
    } as unknown as pg.Submittable);
  });
}

/** Takes the payload of CopyData messages out of the stream; everything else goes to the driver as it came. */
class RowCollector {
  private stream: Duplex | null = null;
  private driver: DataHandler = () => {};
  private fail: (error: unknown) => void = () => {};
  private block = Buffer.allocUnsafe(BLOCK_BYTES);
  private filled = 0;
  private readonly header = Buffer.alloc(HEADER);
  private headerBytes = 0;
  /** Bytes that the open message still has; of a row they are kept, of others handed on. */
  private open = 0;
  private isRow = false;
  private kind = 0;
  private rows = 0;
  private bytes = 0;
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly sink: BlockSink,
    private readonly onRows?: (rows: number, bytes: number) => void,
  ) {}

  attach(stream: Duplex, fail: (error: unknown) => void): void {
    this.stream = stream;
    this.fail = fail;
    const [driver] = stream.listeners("data") as DataHandler[];
    if (driver) this.driver = driver;
    stream.removeAllListeners("data");
    stream.on("data", this.onData);
  }

  private detach(): void {
    const stream = this.stream;
    if (!stream) return;
    this.stream = null;
    stream.removeListener("data", this.onData);
    stream.on("data", this.driver);
  }

  async finish(): Promise<CopiedRows> {
    this.hand();
    await this.tail;
    await this.sink.settled();
    return { rows: this.rows, bytes: this.bytes };
  }

  private readonly onData = (chunk: Buffer): void => {
    let at = 0;
    const end = chunk.length;
    while (at < end) {
      if (this.open > 0) {
        const step = Math.min(this.open, end - at);
        if (this.isRow) this.keep(chunk, at, at + step);
        else if (this.pass(chunk, at, at + step)) return;
        this.open -= step;
        at += step;
        continue;
      }
      if (this.headerBytes === 0 && end - at >= HEADER) {
        this.kind = chunk[at] as number;
        this.open = chunk.readUInt32BE(at + 1) - 4;
        if (this.begin(chunk, at, end)) return;
        at += HEADER;
        continue;
      }
      this.header[this.headerBytes++] = chunk[at++] as number;
      if (this.headerBytes < HEADER) continue;
      this.headerBytes = 0;
      this.kind = this.header[0] as number;
      this.open = this.header.readUInt32BE(1) - 4;
      if (this.kind === COPY_DATA) this.row();
      else {
        this.isRow = false;
        this.driver(Buffer.from(this.header));
      }
    }
    this.onRows?.(this.rows, this.bytes);
  };

  /** @returns whether the rest of the chunk, from `at`, is the driver's */
  private begin(chunk: Buffer, at: number, end: number): boolean {
    if (this.kind === COPY_DATA) {
      this.row();
      return false;
    }
    this.isRow = false;
    if (this.kind === READY) {
      // The driver may send the next query at once: its answer is none of ours.
      this.detach();
      this.driver(chunk.subarray(at, end));
      return true;
    }
    this.driver(chunk.subarray(at, at + HEADER));
    return false;
  }

  private row(): void {
    this.isRow = true;
    this.rows += 1;
    this.bytes += this.open;
  }

  /** @returns whether that was the end: the server is ready for the next query */
  private pass(chunk: Buffer, from: number, to: number): boolean {
    if (this.kind === READY && to - from === this.open) {
      this.detach();
      this.driver(chunk.subarray(from));
      return true;
    }
    this.driver(chunk.subarray(from, to));
    return false;
  }

  private keep(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const step = Math.min(to - at, BLOCK_BYTES - this.filled);
      chunk.copy(this.block, this.filled, at, at + step);
      this.filled += step;
      at += step;
      if (this.filled === BLOCK_BYTES) this.hand();
    }
  }

  /** Gives the block away and stops the server while the sink has enough to do. */
  private hand(): void {
    if (this.filled === 0) return;
    const block = this.block.subarray(0, this.filled);
    this.block = Buffer.allocUnsafe(BLOCK_BYTES);
    this.filled = 0;
    const stream = this.stream;
    stream?.pause();
    this.tail = this.tail
      .then(() => this.sink.push(block))
      .then(
        () => {
          stream?.resume();
        },
        (error: unknown) => {
          this.fail(error);
          throw error;
        },
      );
    this.tail.catch(() => {});
  }
}
