import { readType } from "../sql/facts/type-change";

/** Types in the order in which each holds every value of those before it. */
const LADDERS: readonly (readonly string[])[] = [
  ["int2", "int4", "int8", "numeric"],
  ["float4", "float8"],
  ["cidr", "inet"],
  ["json", "text"],
  ["date", "timestamp"],
  ["name", "text"],
];

/**
 * Whether every value of one type comes back unchanged from another, so that a change of type loses nothing.
 * Where that is not certain the answer is no: keeping the old values costs space, losing them costs more.
 * @param from,to as written in a script or by format_type
 */
export function isLossless(from: string, to: string): boolean {
  const a = readType(from);
  const b = readType(to);
  const [first] = b.mods;
  if (isText(a.name) && isText(b.name)) return first === undefined || (a.mods[0] ?? Infinity) <= first;
  if (a.name === "numeric" && b.name === "numeric") return isWiderNumeric(a.mods, b.mods);
  if (a.name === b.name) return first === undefined || String(a.mods) === String(b.mods);
  return LADDERS.some((ladder) => {
    const [low, high] = [ladder.indexOf(a.name), ladder.indexOf(b.name)];
    return low >= 0 && high > low && first === undefined;
  });
}

function isText(name: string): boolean {
  return name === "text" || name === "varchar";
}

function isWiderNumeric(from: readonly number[], to: readonly number[]): boolean {
  if (to.length === 0) return true;
  const [precision, scale = 0] = from;
  const [newPrecision = 0, newScale = 0] = to;
  if (precision === undefined) return false;
  return newScale >= scale && newPrecision - newScale >= precision - scale;
}
