import type { Duplex } from "node:stream";
import type pg from "pg";
import { BLOCK_BYTES } from "./codec";

/** Where COPY's text goes, block by block. */
export interface BlockSink {
  /** Resolves when the block may be used again, and enough of what was pushed is stored. */
  push(block: Buffer): Promise<void>;
  /** Resolves when everything pushed so far is stored. */
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

/** Blocks that take turns: one is filled, one may be on its way, one catches the rest of what was read meanwhile. */
const BLOCKS = 3;
/** Of one read of the socket; larger ones are taken in pieces. */
const LARGEST_READ = 64 * 1024;
/** Half of what one read may bring: we are ahead of the server. */
const SHORT_READ = LARGEST_READ / 2;
/** What the server writes meanwhile finds room in the socket's buffers. */
const REST_MS = 3;
/** Rests are for long tables; thousands of small ones would only wait. */
const RESTLESS_BYTES = 1024 * 1024;

/** Takes the payload of CopyData messages out of the stream; everything else goes to the driver as it came. */
class RowCollector {
  private stream: Duplex | null = null;
  /** Reasons why nothing is read now. */
  private holds = 0;
  private rest: NodeJS.Timeout | null = null;
  private driver: DataHandler = () => {};
  private fail: (error: unknown) => void = () => {};
  private readonly blocks = Array.from({ length: BLOCKS }, () =>
    Buffer.allocUnsafeSlow(BLOCK_BYTES + LARGEST_READ),
  );
  private turn = 0;
  private filled = 0;
  private readonly header = Buffer.alloc(HEADER);
  private headerBytes = 0;
  /** Bytes that the open message still has; of a row they are kept, of others handed on. */
  private open = 0;
  private kind = 0;
  private rows = 0;
  private bytes = 0;
  private waiting: Promise<void> = Promise.resolve();

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
    if (this.rest) clearTimeout(this.rest);
    if (this.holds > 0) stream.resume();
  }

  private hold(): void {
    this.holds += 1;
    if (this.holds === 1) this.stream?.pause();
  }

  private release(): void {
    this.holds -= 1;
    if (this.holds === 0) this.stream?.resume();
  }

  /**
   * A read that waits for the server is woken by each 8 kB that it sends, at a cost for both; after a rest there is
   * more to read at once. Behind TLS every read is short, whatever waits.
   */
  private restAfter(chunk: Buffer): void {
    const idle = chunk.length < SHORT_READ && this.bytes > RESTLESS_BYTES && this.holds === 0;
    if (!idle || !this.stream || "encrypted" in this.stream) return;
    this.hold();
    this.rest = setTimeout(() => {
      this.rest = null;
      this.release();
    }, REST_MS);
  }

  async finish(): Promise<CopiedRows> {
    this.hand();
    await this.waiting;
    await this.sink.settled();
    return { rows: this.rows, bytes: this.bytes };
  }

  private readonly onData = (chunk: Buffer): void => {
    for (let at = 0; at < chunk.length; at += LARGEST_READ) {
      const piece = chunk.length <= LARGEST_READ ? chunk : chunk.subarray(at, at + LARGEST_READ);
      if (this.take(piece)) {
        // The server is ready for the next query, whose answer is none of ours.
        const rest = chunk.subarray(at + piece.length);
        if (rest.length > 0) this.driver(rest);
        return;
      }
      if (this.filled >= BLOCK_BYTES) this.hand();
    }
    this.restAfter(chunk);
    this.onRows?.(this.rows, this.bytes);
  };

  /**
   * Copies what was read as a whole and closes the gaps of the messages' headers in place: a copy of each row apart
   * would make an object of each.
   * @returns whether the COPY has ended
   */
  private take(chunk: Buffer): boolean {
    const block = this.blocks[this.turn] as Buffer;
    const base = this.filled;
    chunk.copy(block, base);
    const end = chunk.length;
    let at = 0;
    while (at < end) {
      if (this.open === 0) {
        at = this.readHeader(chunk, at);
        continue;
      }
      const step = Math.min(this.open, end - at);
      if (this.kind === COPY_DATA) {
        if (base + at !== this.filled) block.copyWithin(this.filled, base + at, base + at + step);
        this.filled += step;
      } else if (this.pass(chunk, at, step)) return true;
      this.open -= step;
      at += step;
    }
    return false;
  }

  /** Kind and length of the next message, maybe in two reads. @returns where to go on */
  private readHeader(chunk: Buffer, from: number): number {
    let at = from;
    if (this.headerBytes === 0 && chunk.length - at >= HEADER) {
      this.kind = chunk[at] as number;
      this.open = chunk.readUInt32BE(at + 1) - 4;
      at += HEADER;
      this.begin(chunk, at - HEADER, at);
      return at;
    }
    while (this.headerBytes < HEADER && at < chunk.length)
      this.header[this.headerBytes++] = chunk[at++] as number;
    if (this.headerBytes < HEADER) return at;
    this.headerBytes = 0;
    this.kind = this.header[0] as number;
    this.open = this.header.readUInt32BE(1) - 4;
    this.begin(Buffer.from(this.header), 0, HEADER);
    return at;
  }

  private begin(bytes: Buffer, from: number, to: number): void {
    if (this.kind === COPY_DATA) {
      this.rows += 1;
      this.bytes += this.open;
    } else this.driver(bytes.subarray(from, to));
  }

  /** @returns whether that was the last message: the server is ready for the next query */
  private pass(chunk: Buffer, at: number, step: number): boolean {
    const isLast = this.kind === READY && step === this.open;
    // The driver may send the next query at once.
    if (isLast) this.detach();
    this.driver(isLast ? chunk.subarray(at) : chunk.subarray(at, at + step));
    return isLast;
  }

  /** Gives the block away; nothing is read until the one before it is free again. */
  private hand(): void {
    if (this.filled === 0) return;
    const block = (this.blocks[this.turn] as Buffer).subarray(0, this.filled);
    this.turn = (this.turn + 1) % BLOCKS;
    this.filled = 0;
    const before = this.waiting;
    this.hold();
    this.waiting = Promise.all([before, this.sink.push(block)]).then(() => undefined);
    this.waiting.catch(this.fail);
    before.then(
      () => this.release(),
      () => {}, // told already
    );
  }
}
