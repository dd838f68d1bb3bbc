/** What a partition takes: `FOR VALUES …` or DEFAULT, as PostgreSQL prints it. */
export type Bound =
  | { form: "range"; from: string[]; to: string[] }
  | { form: "list"; values: string[] }
  | { form: "hash"; modulus: number; remainder: number }
  | { form: "default" };

/** @returns null for a text that is no bound */
export function parseBound(text: string): Bound | null {
  if (text === "DEFAULT") return { form: "default" };
  const hash = /^FOR VALUES WITH \(modulus (\d+), remainder (\d+)\)$/i.exec(text);
  if (hash) return { form: "hash", modulus: Number(hash[1]), remainder: Number(hash[2]) };
  const lists = literalLists(text);
  if (text.startsWith("FOR VALUES IN ") && lists.length === 1)
    return { form: "list", values: lists[0] ?? [] };
  if (!text.startsWith("FOR VALUES FROM ") || lists.length !== 2) return null;
  return { form: "range", from: lists[0] ?? [], to: lists[1] ?? [] };
}

/** The literals between each pair of parentheses; a comma or parenthesis in quotes is none. */
function literalLists(text: string): string[][] {
  const lists: string[][] = [];
  let open: string[] | null = null;
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|[(),]|[^\s'(),]+/g)) {
    if (token === "(") {
      open = [];
      lists.push(open);
    } else if (token === ")") open = null;
    else if (token !== ",") open?.push(token);
  }
  return lists;
}

/**
 * Whether a value could belong to both: true where their order cannot be told.
 * @param type of the first column of the key; null: an expression
 */
export function mayOverlap(one: Bound, other: Bound, type: string | null): boolean {
  if (one.form === "default" || other.form === "default") return true;
  if (one.form === "list" && other.form === "list")
    return one.values.some((value) => other.values.includes(value));
  if (one.form === "hash" && other.form === "hash")
    return (one.remainder - other.remainder) % commonDivisor(one.modulus, other.modulus) === 0;
  if (one.form !== "range" || other.form !== "range") return true;
  return !endsBefore(one, other, type) && !endsBefore(other, one, type);
}

function endsBefore(one: Bound & { form: "range" }, other: Bound & { form: "range" }, type: string | null) {
  const order = compareLiterals(one.to[0], other.from[0], type);
  return order !== null && (order < 0 || (order === 0 && one.to.length === 1));
}

/** Whether every value of a partition belongs to one of the others: false where that cannot be told. */
export function isCovered(bound: Bound, others: readonly Bound[], type: string | null): boolean {
  if (others.some(({ form }) => form === "default")) return true;
  if (bound.form === "list") {
    const taken = others.flatMap((other) => (other.form === "list" ? other.values : []));
    return bound.values.every((value) => taken.includes(value));
  }
  if (bound.form === "hash") return hashCovered(bound, others);
  return bound.form === "range" && rangeCovered(bound, others, type);
}

function hashCovered(bound: Bound & { form: "hash" }, others: readonly Bound[]): boolean {
  const hashes = others.flatMap((other) => (other.form === "hash" ? [other] : []));
  const whole = hashes.reduce(
    (least, { modulus }) => (least * modulus) / commonDivisor(least, modulus),
    bound.modulus,
  );
  for (let rest = bound.remainder; rest < whole; rest += bound.modulus)
    if (!hashes.some(({ modulus, remainder }) => rest % modulus === remainder)) return false;
  return true;
}

function rangeCovered(bound: Bound & { form: "range" }, others: readonly Bound[], type: string | null) {
  if (bound.from.length !== 1) return false;
  const ranges = others.flatMap((other) => (other.form === "range" ? [other] : []));
  const upTo = (a: string | undefined, b: string | undefined) => {
    const order = compareLiterals(a, b, type);
    return order !== null && order <= 0;
  };
  let reached = bound.from[0];
  for (let steps = 0; steps <= ranges.length; steps++) {
    if (upTo(bound.to[0], reached)) return true;
    const next = ranges.find(({ from, to }) => upTo(from[0], reached) && !upTo(to[0], reached));
    if (!next || compareLiterals(next.to[0], reached, type) === null) return false;
    reached = next.to[0];
  }
  return false;
}

const NUMBERS = /^(smallint|integer|bigint|numeric(\(.*\))?)$/;
const DATES = /^(date|timestamp(\(\d\))? with(out)? time zone)$/;
const DATE = /^'(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d(?::\d\d)?)?)?'$/;

/** @returns null where it is not known which comes first */
function compareLiterals(a: string | undefined, b: string | undefined, type: string | null): number | null {
  if (a === undefined || b === undefined) return null;
  if (a === b) return 0;
  if (a === "MINVALUE" || b === "MAXVALUE") return -1;
  if (a === "MAXVALUE" || b === "MINVALUE") return 1;
  if (type === "uuid") return a < b ? -1 : 1;
  const [x, y] = [placeOf(a, type ?? ""), placeOf(b, type ?? "")];
  if (x === null || y === null) return null;
  return x < y ? -1 : Number(x > y);
}

/** As a number that stands in the order of the values of its type. */
function placeOf(literal: string, type: string): number | bigint | null {
  if (NUMBERS.test(type)) {
    const bare = literal.replaceAll("'", "");
    if (/^-?\d+$/.test(bare)) return BigInt(bare);
    return /^-?\d{1,12}\.\d{1,3}$/.test(bare) ? Number(bare) : null;
  }
  const [, day, time = "00:00:00", zone = "Z"] = (DATES.test(type) && DATE.exec(literal)) || [];
  if (day === undefined) return null;
  const at = Date.parse(`${day}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`);
  return Number.isNaN(at) ? null : at;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
