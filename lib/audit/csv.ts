/**
 * A cell of CSV (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe before it, as
 * OWASP's page on CSV injection advises.
 */
export function csvCell(value: string | null): string {
  const text = value ?? "";
  const guarded = /^\s*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

export function csvLine(cells: (string | null)[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}
