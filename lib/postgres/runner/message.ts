import type pg from "pg";
import { maskFailure } from "../../core/query/mask";
import type { PostgresFailure } from "../../core/run/types";
import type { Statement } from "../../core/sql/types";
import { hintOf } from "./failure-hints";

/** The parts of the driver's connection that a query object of our own uses. */
interface Wire {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

export interface MessageReply {
  /** Tags of the statements that completed: "CREATE TABLE", "UPDATE 12". */
  tags: string[];
  /** First field of the last row that each statement returned. */
  fields: (string | null)[];
}

/** What a message came to when it failed: how far, and why. */
export class MessageError extends Error {
  override readonly name = "MessageError";
  constructor(
    readonly completed: number,
    readonly error: DatabaseError,
  ) {
    super(error.message, { cause: error });
  }
}

/** Fields of an error as the server sent it, or of a broken connection (then without `severity`). */
export interface DatabaseError extends Error {
  code?: string;
  severity?: string;
  detail?: string;
  hint?: string;
  position?: string;
  constraint?: string;
  where?: string;
  line?: string;
}

const CHUNK = 64 * 1024;

/**
 * One simple-query message: any number of statements, whose results nobody reads. The driver's own query object keeps
 * every row and does not tell how many statements came before an error; this one counts, and answers each
 * COPY … FROM stdin with its rows (documentation: "Message Flow", simple query and COPY operations).
 */
export class MessageQuery {
  private readonly tags: string[] = [];
  private readonly fields: (string | null)[] = [];
  private field: string | null = null;
  private nextCopy = 0;
  private finished = false;

  constructor(
    private readonly text: string,
    private readonly copies: readonly string[],
    private readonly resolve: (reply: MessageReply) => void,
    private readonly reject: (error: MessageError) => void,
  ) {}

  /** Statements that came to their end so far. */
  protected get completed(): number {
    return this.tags.length;
  }

  submit(connection: Wire): void {
    connection.query(this.text);
  }
  handleRowDescription(_message: unknown): void {}
  handleDataRow(message: { fields: (string | null)[] }): void {
    this.field = message.fields[0] ?? null;
  }
  handlePortalSuspended(): void {}
  handleCopyData(): void {}
  handleEmptyQuery(): void {}
  handleCommandComplete(message: { text: string }): void {
    this.tags.push(message.text);
    this.fields.push(this.field);
    this.field = null;
  }
  handleCopyInResponse(connection: Wire): void {
    const rows = Buffer.from(this.copies[this.nextCopy++] ?? "", "utf8");
    for (let start = 0; start < rows.length; start += CHUNK) {
      connection.sendCopyFromChunk(rows.subarray(start, start + CHUNK));
    }
    connection.endCopyFrom();
  }
  handleReadyForQuery(): void {
    if (!this.finished) this.resolve({ tags: this.tags, fields: this.fields });
    this.finished = true;
  }
  handleError(error: DatabaseError): void {
    if (!this.finished) this.reject(new MessageError(this.tags.length, error));
    this.finished = true;
  }
}

/** Sends a message; it is on its way when this returns, so that work done before `await` overlaps the server's. */
export function sendMessage(
  client: pg.Client,
  text: string,
  copies: readonly string[] = [],
): Promise<MessageReply> {
  return new Promise((resolve, reject) => {
    client.query(new MessageQuery(text, copies, resolve, reject) as unknown as pg.Submittable);
  });
}

/** A message built of a script's statements with ours around them, and the way back from it to the script. */
export interface ScriptMessage {
  text: string;
  copies: string[];
  /** Number of statements of ours before the script's. */
  before: number;
  /** The script's statements, and where each begins in `text` (UTF-16). */
  statements: readonly Statement[];
  offsets: number[];
}

export function buildMessage(
  before: readonly string[],
  statements: readonly Statement[],
  after: readonly string[],
): ScriptMessage {
  let text = before.map((statement) => `${statement};\n`).join("");
  const offsets: number[] = [];
  const copies: string[] = [];
  for (const statement of statements) {
    offsets.push(text.length);
    // The line break closes a comment at the end of the statement.
    text += `${statement.text}\n;\n`;
    if (statement.copyData !== undefined) copies.push(statement.copyData);
  }
  text += after.map((statement) => `${statement};\n`).join("");
  return { text, copies, before: before.length, statements, offsets };
}

/** PostgreSQL's words about a failed message, with the place in the script as it was written. */
export function describeFailure(
  message: ScriptMessage,
  failed: MessageError,
  migration: string,
): PostgresFailure {
  const { error } = failed;
  const detail = [error.detail, error.where?.startsWith("COPY") ? error.where : undefined]
    .filter(Boolean)
    .join("\n");
  const failure: PostgresFailure = maskFailure({
    ...{ sqlState: error.code ?? "", message: error.message, migration },
    ...(detail ? { detail } : {}),
    ...hintOf(error),
  });
  const offset = error.position ? toUtf16(message.text, Number(error.position) - 1) : null;
  const statement = findStatement(message, failed.completed, offset);
  if (statement) placeFailure(failure, message, statement, offset);
  return failure;
}

function findStatement(
  message: ScriptMessage,
  completed: number,
  offset: number | null,
): Statement | undefined {
  // A message that the server could not parse ran nothing: only the position tells where.
  if (offset !== null) {
    const index = message.offsets.findLastIndex((start) => start <= offset);
    const found = message.statements[index];
    if (found && offset <= (message.offsets[index] ?? 0) + found.text.length) return found;
  }
  return message.statements[completed - message.before];
}

function placeFailure(
  failure: PostgresFailure,
  message: ScriptMessage,
  statement: Statement,
  offset: number | null,
): void {
  failure.statement = statement.index;
  failure.line = statement.line;
  failure.column = statement.column;
  const start = message.offsets[message.statements.indexOf(statement)] ?? 0;
  if (offset === null || offset < start || offset > start + statement.text.length) return;
  const lines = statement.text.slice(0, offset - start).split("\n");
  const last = lines.at(-1) ?? "";
  failure.line = statement.line + lines.length - 1;
  failure.column = (lines.length === 1 ? statement.column : 1) + last.length;
}

/** PostgreSQL counts characters, JavaScript UTF-16 units. */
function toUtf16(text: string, characters: number): number {
  let offset = 0;
  for (let i = 0; i < characters && offset < text.length; i++) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

/** Rows that a tag tells: "UPDATE 12", "INSERT 0 3", "COPY 40"; null where there are none to count. */
export function rowsOfTag(tag: string | undefined): number | null {
  const match = /^(?:INSERT \d+|UPDATE|DELETE|MERGE|COPY|SELECT|FETCH|MOVE|CREATE TABLE AS) (\d+)$/.exec(
    tag ?? "",
  );
  return match ? Number(match[1]) : null;
}
