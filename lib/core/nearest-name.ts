const LONGEST = 200;

/** So many of what is not there are told with the name that was probably meant. */
const GUESSED = 3;

/** What was probably meant by the first of these names, for people; "" where nothing is near. */
export function nearestNames(wanted: readonly string[], names: readonly string[]): string {
  const near = wanted.slice(0, GUESSED).flatMap((name) => nearestName(name, names) ?? []);
  return [...new Set(near)].join(", ");
}

/**
 * The name that was probably meant, for whoever wrote one that is not there: the same but for upper and lower case,
 * or a few letters apart. Of `schema.name`, it may lie in another schema.
 * @returns null where none is near
 */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const asked = parts(wanted);
  // Further apart than a third of its letters, a name is another one and no slip of the pen.
  let most = Math.floor(asked.name.length / 3) + (asked.schema === null ? 0 : 1);
  let best: string | null = null;
  for (const name of names) {
    const known = parts(name);
    const elsewhere = asked.schema === known.schema ? 0 : 1;
    const distance = elsewhere + lettersApart(asked.name, known.name, most - elsewhere);
    if (distance > most) continue;
    best = name;
    most = distance - 1;
  }
  return best;
}

function parts(text: string): { schema: string | null; name: string } {
  const lower = text.toLowerCase().slice(0, LONGEST);
  const dot = lower.indexOf(".");
  return dot < 0
    ? { schema: null, name: lower }
    : { schema: lower.slice(0, dot), name: lower.slice(dot + 1) };
}

/** Letters to add, leave out or change (Levenshtein); `most` + 1 as soon as it is certainly more. */
function lettersApart(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (above[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(changed, (above[j] as number) + 1, (row[j - 1] as number) + 1));
    }
    if (Math.min(...row) > most) return most + 1;
    above = row;
  }
  return above[b.length] as number;
}
