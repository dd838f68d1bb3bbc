import { colourWish } from "../env-cli";
import { DomainError } from "../errors";

type Paint = (text: string) => string;

/** Colour only where a person looks at a terminal; the words carry the meaning without it. */
function painter(stream: NodeJS.WriteStream): (code: number) => Paint {
  const wish = colourWish();
  const on = wish === "always" || (wish === "auto" && stream.isTTY === true);
  return (code) => (text) => (on && text !== "" ? `\u001b[${code}m${text}\u001b[0m` : text);
}

const out = painter(process.stdout);
const err = painter(process.stderr);

export const paint = {
  bold: out(1),
  faint: out(2),
  red: out(31),
  green: out(32),
  yellow: out(33),
  blue: out(36),
};

export function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** To the error stream, so that output stays what was asked for. */
export function warn(text: string): void {
  process.stderr.write(`${err(33)("warning:")} ${text}\n`);
}

export function note(text: string): void {
  process.stderr.write(`${err(2)(text)}\n`);
}

/** What happened, to what, and what to do next. */
export function printError(error: unknown, asJson: boolean): void {
  const known = error instanceof DomainError;
  const message = known || error instanceof Error ? error.message : String(error);
  if (asJson) {
    const { code, hint, details } = known ? error : { code: "internal", hint: undefined, details: {} };
    printJson({ error: { code, message, ...(hint ? { hint } : {}), details } });
    return;
  }
  process.stderr.write(`${err(31)("error:")} ${message}\n`);
  if (known && error.hint) process.stderr.write(`${err(2)("hint:")}  ${error.hint}\n`);
}

export interface Column {
  title: string;
  align?: "left" | "right";
}

export interface Cell {
  text: string;
  paint?: Paint;
}

/** Aligned columns; widths by the text without its colours. */
export function printTable(columns: readonly Column[], rows: readonly (readonly (Cell | string)[])[]): void {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell } : cell)));
  const widths = columns.map((column, at) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[at]?.text ?? ""))),
  );
  const titles = columns.map((column) => ({ text: column.title }));
  // In one piece: a write each would be a system call each.
  print(
    [paint.faint(line(columns, widths, titles)), ...cells.map((row) => line(columns, widths, row))].join(
      "\n",
    ),
  );
}

function line(columns: readonly Column[], widths: number[], row: readonly Cell[]): string {
  const parts = columns.map((column, at) => {
    const cell = row[at] ?? { text: "" };
    const gap = " ".repeat((widths[at] ?? 0) - displayWidth(cell.text));
    const text = cell.paint ? cell.paint(cell.text) : cell.text;
    if (at === columns.length - 1 && column.align !== "right") return text;
    return column.align === "right" ? gap + text : text + gap;
  });
  return parts.join("  ").trimEnd();
}

function displayWidth(text: string): number {
  // Almost every cell, and counting code points makes an array of each.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  return [...text].length;
}

/** "1 migration", "3 migrations". */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}

/** In one line. What PostgreSQL says of a failure ends without a full stop. */
export function withHint({ message, hint }: { message: string; hint?: string | null }): string {
  return hint ? `${message}${/[.!?]$/.test(message) ? "" : "."} ${hint}` : message;
}

/** 0.4 ms, 12 ms, 3.4 s, 2 min 5 s. */
export function duration(ms: number | null): string {
  if (ms === null) return "–";
  if (ms < 1) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A statement on one line, cut to what a terminal shows. */
export function oneLine(sql: string, width = 100): string {
  const text = sql.replace(/\s+/g, " ").trim();
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
