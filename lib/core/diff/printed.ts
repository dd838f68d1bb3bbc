/**
 * What PostgreSQL prints of an expression and would print otherwise once it was read again, written so that it comes
 * back the same. Texts, names and bodies of functions are left alone.
 */
export function asPrinted(sql: string): string {
  let text = sql.includes("(((") ? rewrite(sql, "((", betweenAt) : sql;
  if (text.includes("((ARRAY['")) text = rewrite(text, "((", listAt);
  return text.includes(CYCLE) ? rewrite(text, CYCLE, cycleAt) : text;
}

/** A part of a text, and what takes its place. */
interface Piece {
  start: number;
  end: number;
  written: string;
}

function rewrite(sql: string, mark: string, find: (text: string, start: number) => Piece | null): string {
  let text = sql;
  for (let i = 0; i < text.length; i = skip(text, i)) {
    const piece = text.startsWith(mark, i) ? find(text, i) : null;
    if (piece !== null) text = `${text.slice(0, piece.start)}${piece.written}${text.slice(piece.end)}`;
  }
  return text;
}

const FORMS = [
  { joined: " AND ", low: " >= ", high: " <= ", word: "BETWEEN" },
  { joined: " OR ", low: " < ", high: " > ", word: "NOT BETWEEN" },
];

/** `((x >= 1) AND (x <= 2))` that begins a longer AND: read again, its brackets would melt into that. */
function betweenAt(text: string, start: number): Piece | null {
  if (text[start - 1] !== "(") return null;
  const first = groupEnd(text, start + 1);
  for (const { joined, low, high, word } of FORMS) {
    if (!text.startsWith(`${joined}(`, first)) continue;
    const second = groupEnd(text, first + joined.length);
    if (text[second] !== ")" || !text.startsWith(joined, second + 1)) return null;
    const [value, least] = halves(text.slice(start + 2, first - 1), low);
    const [again, most] = halves(text.slice(first + joined.length + 1, second - 1), high);
    if (least === "" || most === "" || value !== again) return null;
    return { start, end: second + 1, written: `(${value} ${word} ${least} AND ${most})` };
  }
  return null;
}

const ANY = /^::(\S[^()[\]'"]*?) (= ANY|<> ALL) \(\(ARRAY\[/;
const CONSTANTS = /^'(?:[^']|'')*'::([a-z][a-z ]*[a-z])(?:, '(?:[^']|'')*'::\1)*$/;

/** `((x)::text = ANY ((ARRAY['a'::character varying, …])::text[]))`: read again, the cast would move to the elements. */
function listAt(text: string, start: number): Piece | null {
  const value = groupEnd(text, start + 1);
  const head = ANY.exec(text.slice(value, value + 200));
  if (head === null) return null;
  const open = value + head[0].length - 1;
  const close = groupEnd(text, open);
  const tail = `)::${head[1]}[])`;
  const constants = text.slice(open + 1, close - 1);
  if (!text.startsWith(tail, close) || !CONSTANTS.test(constants)) return null;
  const written = `${text.slice(start + 1, value)} ${head[2] === "= ANY" ? "IN" : "NOT IN"} (${constants})`;
  return { start: start + 1, end: close + tail.length, written };
}

const CYCLE = " CYCLE ";
const MARK = /('(?:[^']|'')*')::([a-z][a-z ]*?)(?= DEFAULT | USING )/g;

/** `CYCLE n SET c TO 'Y'::text DEFAULT 'N'::text USING p`: only a bare constant may stand there. */
function cycleAt(text: string, start: number): Piece | null {
  const marks = / SET (?:"(?:[^"]|"")*"|\S+)( TO (?:[^']|'(?:[^']|'')*')*? USING )/.exec(text.slice(start));
  if (marks === null || !marks[1]?.includes("::")) return null;
  const end = start + marks.index + marks[0].length;
  return { start: end - marks[1].length, end, written: marks[1].replace(MARK, "$2 $1") };
}

/** Of a comparison, around its operator outside of all brackets; "" when there is none. */
function halves(text: string, operator: string): [string, string] {
  for (let i = 0; i < text.length; i = "([".includes(text[i] ?? "") ? groupEnd(text, i) : skip(text, i))
    if (text.startsWith(operator, i)) return [text.slice(0, i), text.slice(i + operator.length)];
  return [text, ""];
}

/** Behind the bracket that closes the one at `start`. */
function groupEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i = skip(text, i)) {
    if (text[i] === "(" || text[i] === "[") depth++;
    if ((text[i] === ")" || text[i] === "]") && --depth === 0) return i + 1;
  }
  return text.length;
}

/** The next place to look at: behind a text, a quoted name or a body between dollars, or one further. */
export function skip(text: string, at: number): number {
  const char = text[at];
  if (char === "'" || char === '"') {
    const escapes = char === "'" && /\bE$/i.test(text.slice(Math.max(0, at - 2), at));
    let i = at + 1;
    while (i < text.length && text[i] !== char) i += escapes && text[i] === "\\" ? 2 : 1;
    return i + 1;
  }
  const tag =
    char === "$"
      ? /^\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/.exec(text.slice(at, at + 70))?.[0]
      : undefined;
  if (!tag) return at + 1;
  const end = text.indexOf(tag, at + tag.length);
  return end === -1 ? text.length : end + tag.length;
}
