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

/**
 * Cuts an UPDATE or DELETE at its top-level keywords (documentation: "UPDATE", "DELETE", synopsis). The parser tells
 * no ends of clauses, so the words are found by the lexical rules; `IS DISTINCT FROM` begins no clause.
 * @param text one statement that PostgreSQL's parser has read
 * @returns null when the keywords are not where they are expected
 */
export function cutClauses(text: string, verb: "update" | "delete"): RowClauses | null {
  const words: Word[] = [];
  const scanner = new Scanner(text, (word, start, end) => words.push({ word, start, end }));
  while (scanner.next()) {
    // The words are what is wanted.
  }
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
