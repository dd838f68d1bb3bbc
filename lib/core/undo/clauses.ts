import { Scanner } from "../sql/scanner";

/** Pieces of an UPDATE or DELETE as they were written; null: the clause is missing. */
export interface RowClauses {
  /** `WITH …` before the verb. */
  with: string | null;
  /** What follows FROM (UPDATE) or USING (DELETE). */
  sources: string | null;
  /** What follows WHERE. */
  where: string | null;
}

interface Word {
  word: string;
  start: number;
  end: number;
}

/** Words outside of parentheses, quotes and comments, in small letters; longer ones than any keyword here are empty. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  const scanner = new Scanner(text, (word, start, end) => words.push({ word, start, end }));
  while (scanner.next()) {
    // The words are what is wanted.
  }
  return words;
}

/**
 * Cuts an UPDATE or DELETE at its top-level keywords (documentation: "UPDATE", "DELETE", synopsis). The parser tells
 * no ends of clauses, so the words are found by the lexical rules; `IS DISTINCT FROM` begins no clause.
 * @param text one statement that PostgreSQL's parser has read
 * @returns null when the keywords are not where they are expected
 */
export function cutClauses(text: string, verb: "update" | "delete"): RowClauses | null {
  const words = wordsOf(text);
  const at = words.findIndex(({ word }) => word === verb);
  const begin = words[at];
  if (!begin) return null;
  const rest = words.slice(at + 1);
  const set = verb === "update" ? rest.findIndex(({ word }) => word === "set") : -1;
  if (verb === "update" && set < 0) return null;
  const after = rest.slice(set + 1);
  const opener = verb === "update" ? "from" : "using";
  const sources = after.find(({ word }, i) => word === opener && after[i - 1]?.word !== "distinct");
  const where = after.find(({ word }) => word === "where");
  const returning = after.find(({ word }) => word === "returning");
  const until = (next: Word | undefined) => next?.start ?? text.length;
  const early = sources && where && sources.start > where.start ? undefined : sources;
  return {
    with: begin.start > 0 ? text.slice(0, begin.start).trim() || null : null,
    sources: early ? text.slice(early.end, until(where ?? returning)).trim() : null,
    where: where ? text.slice(where.end, until(returning)).trim() : null,
  };
}

/** `WITH …` before the verb, and VALUES or SELECT of an INSERT … ON CONFLICT. */
export interface InsertClauses {
  with: string | null;
  source: string;
}

const SOURCES = new Set(["values", "select", "with", "table"]);

/**
 * Cuts an INSERT … ON CONFLICT at its top-level keywords (documentation: "INSERT", synopsis).
 * @param text one statement that PostgreSQL's parser has read
 * @returns null when the keywords are not where they are expected: DEFAULT VALUES, a SELECT in parentheses
 */
export function cutInsert(text: string): InsertClauses | null {
  const words = wordsOf(text);
  const at = words.findIndex(({ word }) => word === "insert");
  const source = words.find(({ word }, i) => i > at + 1 && SOURCES.has(word));
  const end = words.findLast(({ word }, i) => word === "on" && words[i + 1]?.word === "conflict");
  const begin = words[at];
  if (!begin || !source || !end || end.start < source.start) return null;
  return {
    with: text.slice(0, begin.start).trim() || null,
    source: text.slice(source.start, end.start).trim(),
  };
}

/** Pieces of a MERGE as they were written. */
export interface MergeClauses {
  with: string | null;
  /** What follows USING. */
  source: string;
  on: string;
  /** What follows AND in each WHEN clause; null: it has none. */
  conditions: (string | null)[];
}

/**
 * Cuts a MERGE at its top-level keywords (documentation: "MERGE", synopsis). Joins of the source have their own ON before
 * that of the statement; what stands in CASE … END is part of an expression.
 * @param text one statement that PostgreSQL's parser has read
 * @returns null when the keywords are not where they are expected
 */
export function cutMerge(text: string): MergeClauses | null {
  let cases = 0;
  const words = wordsOf(text).filter(({ word }) => {
    if (word === "case") cases += 1;
    if (word === "end" && cases > 0) cases -= 1;
    return cases === 0;
  });
  const begin = words.find(({ word }) => word === "merge");
  const using = words.find(({ word, start }) => word === "using" && begin && start > begin.start);
  const whens = words.filter(({ word, start }) => word === "when" && using && start > using.start);
  const [first] = whens;
  const on = words.findLast(({ word, start }) => word === "on" && first && start < first.start);
  if (!begin || !using || !first || !on || on.start < using.start) return null;
  const conditions: (string | null)[] = [];
  for (const when of whens) {
    const own = words.slice(words.indexOf(when) + 1);
    const matched = own.findIndex(({ word }) => word === "matched");
    const and = own[matched + (own[matched + 1]?.word === "by" ? 3 : 1)];
    const then = own.find(({ word }) => word === "then");
    if (matched < 0 || !and || !then) return null;
    conditions.push(and.word === "and" ? text.slice(and.end, then.start).trim() : null);
  }
  return {
    with: text.slice(0, begin.start).trim() || null,
    source: text.slice(using.end, on.start).trim(),
    on: text.slice(on.end, first.start).trim(),
    conditions,
  };
}
