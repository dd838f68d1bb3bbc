import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Duplex } from "node:stream";
import { pathToFileURL } from "node:url";
import type { MessagePort, Worker } from "node:worker_threads";
import type pg from "pg";
import { DomainError } from "../../errors";
import { streamOf } from "../connection/connect";
import { acceptStartup, followMessages, kindOfFirstPacket } from "../connection/wire-protocol";
import { tooManyLocks } from "../runner/too-many-locks";
import { withoutServerOptions } from "./text";
import { DUMP_WORKER } from "./worker";

// Asked for at run time: a bundler would look for the worker's file, and there is none.
const threads = process.getBuiltinModule("node:worker_threads");

type FromWorker =
  | { type: "write"; bytes: Uint8Array }
  | { type: "done"; text: string }
  | { type: "failed"; message: string };

const PARAMETERS = [
  "server_version",
  "server_encoding",
  "client_encoding",
  "standard_conforming_strings",
  "integer_datetimes",
  "DateStyle",
  "IntervalStyle",
  "TimeZone",
  "is_superuser",
  "session_authorization",
] as const;

/**
 * Runs pg_dump 18 (WebAssembly) in a thread over a connection that is open and authenticated already. The
 * connection is used up: its socket is closed in any case.
 * @param args pg_dump's own options
 * @throws DomainError target.dump_failed with pg_dump's words; the signal's reason when aborted
 */
export async function runPgDump(client: pg.Client, args: string[], signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const program = await compiledProgram();
  // Set otherwise for a database or a role, they would make other texts of the same schema.
  await client.query("SET quote_all_identifiers = off; SET standard_conforming_strings = on");
  const parameters = await readParameters(client);
  const socket = streamOf(client);
  // From here on the bytes belong to pg_dump; node-pg would not know what they answer.
  socket.removeAllListeners("data");
  client.removeAllListeners("error");
  client.on("error", () => undefined);
  const { port1, port2 } = new threads.MessageChannel();
  const flag = new SharedArrayBuffer(4);
  const worker = new threads.Worker(DUMP_WORKER, {
    eval: true,
    workerData: { module: findPgDump(), program, port: port2, flag, args },
    transferList: [port2],
    execArgv: [],
  });
  try {
    return await converse({ socket, port: port1, bell: new Int32Array(flag), worker, parameters, signal });
  } finally {
    port1.close();
    socket.destroy();
    await worker.terminate();
  }
}

interface Conversation {
  socket: Duplex;
  port: MessagePort;
  bell: Int32Array;
  worker: Worker;
  parameters: Record<string, string>;
  signal: AbortSignal;
}

function converse({ socket, port, bell, worker, parameters, signal }: Conversation): Promise<string> {
  const sent = followMessages();
  const received = followMessages();
  let started = false;
  let chunks: Buffer[] = [];
  const answer = (bytes: Buffer) => {
    port.postMessage(new Uint8Array(bytes));
    Atomics.store(bell, 0, 1);
    Atomics.notify(bell, 0);
  };
  const forward = (bytes: Buffer) => {
    const { tags, open } = sent(bytes);
    if (tags.includes("X")) return answer(Buffer.alloc(0));
    socket.write(bytes);
    // libpq may write half a message; only a finished Query or Sync is answered by the server.
    if (open || !tags.some((tag) => tag === "Q" || tag === "S")) answer(Buffer.alloc(0));
  };
  const onWrite = (bytes: Buffer) => {
    if (started) return forward(bytes);
    if (kindOfFirstPacket(bytes) === "encryption") return answer(Buffer.from("N"));
    started = true;
    answer(acceptStartup(parameters));
  };
  return new Promise((resolve, reject) => {
    const lost = () => reject(dumpFailed("The connection ended while the schema was being read."));
    socket.on("data", (bytes: Buffer) => {
      chunks.push(bytes);
      const { tags, open } = received(bytes);
      if (open || tags.at(-1) !== "Z") return;
      const whole = Buffer.concat(chunks);
      chunks = [];
      answer(whole);
    });
    socket.once("close", lost);
    socket.once("error", lost);
    worker.once("error", (error) => reject(dumpFailed(String(error.message))));
    worker.once("exit", () => {
      // The thread's end may be told before its last message.
      const last = threads.receiveMessageOnPort(port);
      if (last) onMessage(last.message as FromWorker);
      reject(dumpFailed("pg_dump ended without an answer."));
    });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    const onMessage = (message: FromWorker) => {
      if (message.type === "write") onWrite(Buffer.from(message.bytes));
      else if (message.type === "done") resolve(withoutServerOptions(message.text));
      else reject(dumpFailed(readable(message.message)));
    };
    port.on("message", onMessage);
  });
}

/** pg_dump's messages without the noise of its WebAssembly build. */
function readable(message: string): string {
  return message
    .replace(/^pg_dump failed with exit code \d+\.\s*Error message:\s*/, "")
    .replace(/could not find a "[^"]*" to execute/g, "")
    .replace(/^\s*pg_dump: (?:error: )?/, "")
    .replace(/pg_dump: (error|detail|hint|warning): /g, (_, kind: string) =>
      kind === "error" ? " " : ` ${kind}: `,
    )
    .replace(/ ?detail: Query was: [\s\S]*$/, shortQuery)
    .trim();
}

/** Of thousands of tables it names each. */
const QUERY_SHOWN = 200;
const shortQuery = (query: string) =>
  query.length > QUERY_SHOWN ? `${query.slice(0, QUERY_SHOWN)}…` : query;

/** @param message pg_dump's words */
export function dumpFailed(message: string): DomainError {
  if (/out of shared memory/.test(message) && message.includes("max_locks_per_transaction"))
    return tooManyLocks(message);
  if (/lock timeout|statement timeout/i.test(message)) {
    return new DomainError(
      "lock_timeout",
      "target.dump_locked",
      "The schema could not be read: a table is locked.",
      {
        hint: "Somebody changes the schema at this moment. Try again when that is done.",
        details: { reason: message },
      },
    );
  }
  const denied = /permission denied/i.test(message);
  return new DomainError("target", "target.dump_failed", `The schema could not be read: ${message}`, {
    details: { reason: message, why: denied ? "denied" : "unknown" },
    hint: denied
      ? "Grant the role of this target SELECT on these objects, or let it own them."
      : "Check that the target is reachable and that its role may read the catalogs.",
  });
}

async function readParameters(client: pg.Client): Promise<Record<string, string>> {
  const columns = PARAMETERS.map((name) => `current_setting('${name}', true) AS "${name}"`).join(", ");
  const { rows } = await client.query<Record<string, string | null>>(`SELECT ${columns}`);
  const values = Object.entries(rows[0] ?? {}).filter((pair): pair is [string, string] => pair[1] !== null);
  return { ...Object.fromEntries(values), client_encoding: "UTF8" };
}

let compiled: Promise<WebAssembly.Module> | undefined;

/** Compiled once a process and shared by its threads: each compiling it anew took longer than most dumps. */
function compiledProgram(): Promise<WebAssembly.Module> {
  compiled ??= readFile(join(dirname(findPgDump()), "pg_dump.wasm")).then((bytes) =>
    WebAssembly.compile(new Uint8Array(bytes)),
  );
  compiled.catch(() => {
    compiled = undefined;
  });
  return compiled;
}

let pgDumpFile: string | undefined;

/** Looked up at run time and by hand, so that no bundler follows it: the thread loads the file itself. */
function findPgDump(): string {
  if (pgDumpFile) return pgDumpFile;
  const { createRequire } = process.getBuiltinModule("node:module");
  const places = [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href];
  if (process.argv[1]) places.push(pathToFileURL(process.argv[1]).href);
  for (const place of places) {
    try {
      pgDumpFile = createRequire(place).resolve("@electric-sql/pglite-tools/pg_dump");
      return pgDumpFile;
    } catch {
      // The next place may have it.
    }
  }
  throw new DomainError(
    "precondition",
    "dump.not_installed",
    "@electric-sql/pglite-tools is not installed.",
    {
      hint: "Run npm install in the folder of DBMigrator.",
    },
  );
}
