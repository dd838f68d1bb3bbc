import type { Node } from "libpg-query";

export type { Node } from "libpg-query";

interface Parser {
  parseSync(query: string): { stmts?: { stmt?: Node; stmt_location?: number; stmt_len?: number }[] };
  fingerprintSync(query: string): string;
}

let parser: Parser | undefined;
let loading: Promise<void> | undefined;

/** Loads PostgreSQL's parser (WASM, about 30 ms) once. Programs that parse nothing never pay for it. */
export function loadParser(): Promise<void> {
  loading ??= import("libpg-query").then(async (module) => {
    await module.loadModule();
    parser = module as Parser;
  });
  return loading;
}

/** PostgreSQL's complaint about a text, with its place. */
export interface ParseFailure {
  message: string;
  /** UTF-16 offset in the text. */
  offset: number;
}

/** Offset in UTF-16 units of the `count`-th code point; PostgreSQL counts those. */
function codePointOffset(text: string, count: number): number {
  let offset = 0;
  for (let left = count; left > 0 && offset < text.length; left -= 1) {
    const code = text.charCodeAt(offset);
    offset += code >= 0xd800 && code <= 0xdbff ? 2 : 1;
  }
  return Math.min(offset, text.length);
}

function toFailure(text: string, error: unknown): ParseFailure {
  const details = (error as { sqlDetails?: { message: string; cursorPosition: number } }).sqlDetails;
  if (details) return { message: details.message, offset: codePointOffset(text, details.cursorPosition) };
  // The WASM stack ended before PostgreSQL's own limit did; a hostile or generated expression.
  return { message: "stack depth limit exceeded: the statement is nested too deeply", offset: 0 };
}

/**
 * The statements of `text`: one, unless the caller's borders were wrong; none for comments alone.
 * @throws Error when loadParser() was not awaited
 */
export function parseTrees(text: string): { trees: Node[] } | { failure: ParseFailure } {
  try {
    const { stmts } = requireParser().parseSync(text);
    return { trees: (stmts ?? []).flatMap(({ stmt }) => (stmt ? [stmt] : [])) };
  } catch (error) {
    return { failure: toFailure(text, error) };
  }
}

/** Whether PostgreSQL can read `text`, without building its tree here: half the time and memory of parseTrees. */
export function checkText(text: string): ParseFailure | null {
  try {
    requireParser().fingerprintSync(text);
    return null;
  } catch (error) {
    return toFailure(text, error);
  }
}

function requireParser(): Parser {
  if (!parser) throw new Error("await loadParser() before parsing");
  return parser;
}
