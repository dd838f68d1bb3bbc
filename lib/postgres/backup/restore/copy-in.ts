import type { Duplex } from "node:stream";
import type pg from "pg";

interface Connection {
  stream: Duplex;
  query(text: string): void;
  sendCopyFail(message: string): void;
}

const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * Runs COPY … FROM STDIN with the text of `source`. COPY is only ended when the source has ended without an error:
 * otherwise the server is told to fail, and nothing of it stays.
 * @returns rows that the server took
 * @throws the source's error, else pg.DatabaseError
 */
export function copyIn(
  client: pg.Client,
  sql: string,
  source: AsyncIterable<Uint8Array>,
  onBytes?: (bytes: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const state = { rows: 0, ended: false, failure: undefined as unknown };
    client.query({
      submit(connection: Connection) {
        connection.query(sql);
      },
      handleCopyInResponse(connection: Connection) {
        send(connection, source, state, onBytes).catch((error: unknown) => {
          state.failure = error;
          if (!state.ended) connection.sendCopyFail("the source of the rows failed");
        });
      },
      handleCommandComplete({ text }: { text?: string }) {
        state.rows = Number(/^COPY (\d+)/.exec(text ?? "")?.[1] ?? 0);
      },
      handleReadyForQuery() {
        state.ended = true;
        if (state.failure === undefined) resolve(state.rows);
      },
      handleError(error: Error) {
        state.ended = true;
        reject(state.failure ?? error);
      },
    } as unknown as pg.Submittable);
  });
}

async function send(
  { stream }: Connection,
  source: AsyncIterable<Uint8Array>,
  state: { ended: boolean },
  onBytes?: (bytes: number) => void,
): Promise<void> {
  for await (const bytes of source) {
    if (state.ended) return;
    const header = Buffer.alloc(5);
    header[0] = 0x64;
    header.writeUInt32BE(bytes.length + 4, 1);
    stream.write(header);
    if (!stream.write(bytes)) await drained(stream, state);
    onBytes?.(bytes.length);
  }
  if (!state.ended) stream.write(COPY_DONE);
}

/** Also when the server has refused the rows meanwhile, or the connection is gone. */
function drained(stream: Duplex, state: { ended: boolean }): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearInterval(timer);
      for (const event of ["drain", "close", "error"]) stream.off(event, done);
      resolve();
    };
    const timer = setInterval(() => {
      if (state.ended || stream.destroyed) done();
    }, 200);
    for (const event of ["drain", "close", "error"]) stream.once(event, done);
  });
}
