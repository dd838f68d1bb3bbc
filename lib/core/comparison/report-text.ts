import type { ComparedLine } from "./lines";

const MARK = { added: "+", changed: "~", removed: "-" } as const;

/**
 * Lines of a comparison as plain text, parts below their table: `+` the target has it, `-` only the source has it.
 * @param paint how a mark is coloured; default: not at all
 */
export function comparisonText(
  lines: readonly ComparedLine[],
  paint: (change: ComparedLine["change"], text: string) => string = (_, text) => text,
): string {
  const out: string[] = [];
  let relation: string | null = null;
  for (const line of lines) {
    if (line.relation !== null && line.relation !== relation) out.push(`  ${line.relation}`);
    relation = line.relation ?? (line.kind === "table" ? line.name : null);
    const indent = line.relation === null ? "" : "  ";
    out.push(`${indent}${paint(line.change, `${MARK[line.change]} ${kindWords(line)}`)} ${detail(line)}`);
  }
  return out.join("\n");
}

/** "foreign key", "materialized view". */
export function kindWords(line: { kind: string; only?: string | undefined }): string {
  const kind = line.kind.replaceAll("_", " ");
  return line.only ? `${kind} (${line.only === "acl" ? "privileges" : line.only})` : kind;
}

function detail(line: ComparedLine): string {
  const before = shorten(line.before);
  const after = shorten(line.after);
  if (line.change === "added") return after || line.name;
  if (line.change === "removed") return before || line.name;
  const name = line.relation === null ? line.name : "";
  const change = before === after ? "its definition differs" : `${before || "none"} → ${after || "none"}`;
  return name && !change.startsWith(name) ? `${name}: ${change}` : change;
}

function shorten(text: string | null): string {
  if (text === null) return "";
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}
