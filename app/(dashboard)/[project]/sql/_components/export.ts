import type { ConsoleResult } from "@/lib/postgres/console/run";

type Rows = Pick<ConsoleResult, "columns" | "rows">;

/**
 * A text that a spreadsheet would run as a formula, with an apostrophe before it (OWASP, "CSV Injection"). Numbers
 * stay numbers; JSON holds every value as it is.
 */
function withoutFormula(value: string): string {
  const isNumber = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value);
  return /^\s*[=+\-@\t\r]/.test(value) && !isNumber ? `'${value}` : value;
}

/** RFC 4180, with a byte order mark for spreadsheets; NULL is an empty field, an empty text is "". */
export function toCsv({ columns, rows }: Rows): string {
  const field = (given: string | null) => {
    if (given === null) return "";
    const value = withoutFormula(given);
    return value === "" || /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  const lines = [columns.map((column) => field(column.name)), ...rows.map((row) => row.map(field))];
  return `\uFEFF${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** For pasting into a spreadsheet. */
export function toTsv({ columns, rows }: Rows): string {
  const field = (value: string | null) => withoutFormula((value ?? "").replace(/[\t\r\n]+/g, " "));
  return [columns.map((column) => field(column.name)), ...rows.map((row) => row.map(field))]
    .map((line) => line.join("\t"))
    .join("\n");
}

const NUMBERS = /^(smallint|integer|real|double precision|oid)$/;

/** One object a row. Numbers that JSON holds exactly and booleans become such; the rest stays PostgreSQL's text. */
export function toJson({ columns, rows }: Rows): string {
  const names = uniqueNames(columns.map((column) => column.name));
  const objects = rows.map((row) =>
    Object.fromEntries(
      row.map((value, index) => [
        names[index] ?? `column_${index + 1}`,
        toValue(value, columns[index]?.type ?? null),
      ]),
    ),
  );
  return `${JSON.stringify(objects, null, 2)}\n`;
}

function toValue(value: string | null, type: string | null): unknown {
  if (value === null || type === null) return value;
  if (type === "boolean") return value === "t";
  if (NUMBERS.test(type) && Number.isFinite(Number(value))) return Number(value);
  if (type === "json" || type === "jsonb") {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      return value; // cut off, or a text that JSON.parse does not take
    }
  }
  return value;
}

/** Two columns may have one name; an object may not. */
function uniqueNames(names: string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}

export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
