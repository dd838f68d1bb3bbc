/** Beyond this many lines on one side the middle is compared as a set. */
const MOST_LINES = 1500;
/** What pg_dump writes above each statement, and says nothing that the statement does not. */
const HEADING = /^[-+] --( Name: .+; Type: .+; Schema: .+; Owner: .*)?$/;

/**
 * Lines in which two texts differ, in the manner of a diff without context: `- old`, `+ new`; empty when equal. The
 * headings of a dump are left out where something else differs.
 * @param limit most lines of the answer; a last line says how many follow
 */
export function differingLines(before: string, after: string, limit = 200): string {
  if (before === after) return "";
  const a = before.split("\n");
  const b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++;
  const lines = compare(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const said = lines.filter((line) => !HEADING.test(line));
  const shown = said.slice(0, limit);
  if (said.length > limit) shown.push(`… ${said.length - limit} more`);
  return shown.length > 0 ? shown.join("\n") : lines.slice(0, limit).join("\n");
}

function compare(a: string[], b: string[]): string[] {
  if (a.length > MOST_LINES || b.length > MOST_LINES) return compareAsSets(a, b);
  const lengths = commonLengths(a, b);
  const width = b.length + 1;
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (
      j < b.length &&
      (i >= a.length || at(lengths, i * width + j + 1) > at(lengths, (i + 1) * width + j))
    ) {
      lines.push(`+ ${b[j++]}`);
    } else lines.push(`- ${a[i++]}`);
  }
  return lines.filter((line) => line.trim().length > 1);
}

/** Length of the longest common subsequence of the rests, by row and column. */
function commonLengths(a: string[], b: string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = at(lengths, (i + 1) * width + j);
      const right = at(lengths, i * width + j + 1);
      lengths[i * width + j] =
        a[i] === b[j] ? at(lengths, (i + 1) * width + j + 1) + 1 : Math.max(down, right);
    }
  }
  return lengths;
}

function at(values: Uint16Array, index: number): number {
  return values[index] ?? 0;
}

function compareAsSets(a: string[], b: string[]): string[] {
  const left = new Set(a);
  const right = new Set(b);
  return [
    ...a.filter((line) => line.trim() && !right.has(line)).map((line) => `- ${line}`),
    ...b.filter((line) => line.trim() && !left.has(line)).map((line) => `+ ${line}`),
  ];
}
