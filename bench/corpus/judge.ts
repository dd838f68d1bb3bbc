/** Statements of two dumps that the other one lacks, order of statements and of columns aside; "" when equal. */
export function compareDumps(have: string, want: string): string {
  const [a, b] = [canonical(have), canonical(want)];
  const surplus = a.filter((part) => !b.includes(part));
  const missing = b.filter((part) => !a.includes(part));
  if (surplus.length + missing.length === 0 && a.length === b.length) return "";
  return `have: ${surplus.slice(0, 3).join(" | ")} want: ${missing.slice(0, 3).join(" | ")}`;
}

function canonical(dump: string): string[] {
  return dump
    .split(/\n\n+/)
    .map((part) => part.replace(/^--.*\n?/gm, "").trim())
    .filter(Boolean)
    .flatMap((part) => (/^(GRANT|REVOKE|ALTER DEFAULT)/.test(part) ? part.split("\n") : [part]))
    .map((part) => (/^CREATE (UNLOGGED |FOREIGN )?TABLE/.test(part) ? sortedLines(part) : part))
    .sort();
}

function sortedLines(statement: string): string {
  const lines = statement.split("\n").map((line) => line.replace(/,$/, "").trim());
  return lines.sort().join("\n");
}
