/** Further apart than a third of its letters, a name is another one and no slip of the pen. */
const SHARE = 3;
const LONGEST = 200;

/**
 * The name that was probably meant, for whoever wrote one that is not there: the same but for upper and lower case,
 * or a few letters apart. Of `schema.name`, the same name in another schema comes first.
 * @returns null where none is near
 */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const asked = wanted.toLowerCase().slice(0, LONGEST);
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const known = name.toLowerCase().slice(0, LONGEST);
    const most = Math.min(
      Math.floor(asked.length / SHARE),
      best ? best.distance - 1 : Number.POSITIVE_INFINITY,
    );
    const distance = isElsewhere(asked, known) ? 1 : lettersApart(asked, known, most);
    if (distance <= most) best = { name, distance };
    if (best?.distance === 0) break;
  }
  return best?.name ?? null;
}

/** The same name in another schema. */
function isElsewhere(asked: string, known: string): boolean {
  const [a, b] = [asked.indexOf("."), known.indexOf(".")];
  return a >= 0 && b >= 0 && asked !== known && asked.slice(a) === known.slice(b);
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
