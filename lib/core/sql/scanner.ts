/** A stretch of a script between semicolons, or a psql command found on the way. */
export type ScanEvent =
  /** `start` and `end` bound the statement's text; `firstWord` is its first keyword in lower case. */
  | { kind: "statement"; start: number; end: number; firstWord: string }
  /** `inside`: the statement before it has no semicolon yet; what there was of it is in no event. */
  | { kind: "psql"; start: number; end: number; inside: boolean };

const IDENTIFIER = /[A-Za-z0-9_$\u0080-\uffff]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y;
/**
 * PostgreSQL joins literals that only whitespace with a newline (or line comments) parts; escapes stay on.
 * (libpg-query refuses the form with comments: such a script gets a syntax error, not a wrong border.)
 */
const CONTINUATION = /(?:[ \t\f\v]|--[^\n\r]*)*[\n\r](?:[ \t\f\v\n\r]|--[^\n\r]*[\n\r])*'/y;

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const QUOTE = 39;
const OPEN = 40;
const CLOSE = 41;
const STAR = 42;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const SEMICOLON = 59;
const BACKSLASH = 92;

function startsIdentifier(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128;
}

/**
 * Cuts a script at its semicolons by PostgreSQL's lexical rules (documentation: "Lexical Structure"; source:
 * scan.l, psqlscan.l) with standard_conforming_strings on. It only finds borders: every piece is then read by
 * PostgreSQL's own parser, so a piece cut in the wrong place is refused and never run.
 */
export class Scanner {
  private position: number;
  private parens = 0;
  /** BEGIN ATOMIC and CASE not yet ended, in the body of a function in standard SQL. */
  private blocks = 0;
  private words: string[] = [];
  private previousWord = "";
  private previousCode = 0;

  /** @param onWord told of every word outside of parentheses, quotes and comments that is not a label */
  constructor(
    private readonly text: string,
    private readonly onWord?: (word: string, start: number, end: number) => void,
  ) {
    // A byte order mark at the start of a file is no part of the SQL.
    this.position = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  /** The next statement or psql command; null at the end of the script. */
  next(): ScanEvent | null {
    this.parens = 0;
    this.blocks = 0;
    this.words = [];
    this.previousWord = "";
    this.previousCode = 0;
    let start = -1;
    let end = -1;
    const { text } = this;
    while (this.position < text.length) {
      const at = this.position;
      const code = text.charCodeAt(at);
      if (code === SPACE || (code >= TAB && code <= RETURN) || this.skipComment(code)) {
        if (this.position === at) this.position += 1;
        continue;
      }
      if (code === BACKSLASH) return this.readPsqlCommand(start >= 0);
      if (code === SEMICOLON && this.parens === 0 && this.blocks === 0) {
        this.position += 1;
        if (start < 0) continue;
        return { kind: "statement", start, end, firstWord: this.words[0] ?? "" };
      }
      this.readToken(code);
      if (start < 0) start = at;
      end = this.position;
    }
    return start < 0 ? null : { kind: "statement", start, end, firstWord: this.words[0] ?? "" };
  }

  /**
   * The rows after a COPY … FROM stdin; call right after its statement came.
   * @returns `data` without the closing line; `extra`: where something stands on COPY's own line; `closed`: `\.` was found
   */
  readCopyData(): { data: string; closed: boolean; extra: number | null } {
    const { text } = this;
    let lineEnd = text.indexOf("\n", this.position);
    if (lineEnd < 0) lineEnd = text.length;
    const rest = text.slice(this.position, lineEnd);
    const extra = /^\s*(?:--[\s\S]*)?$/.test(rest)
      ? null
      : this.position + (rest.length - rest.trimStart().length);
    const start = Math.min(lineEnd + 1, text.length);
    let line = start;
    while (line < text.length) {
      if (text.startsWith("\\.", line)) {
        const after = text.charCodeAt(line + 2);
        const isEnd =
          line + 2 >= text.length ||
          after === NEWLINE ||
          (after === RETURN && /^\r(?:\n|$)/.test(text.slice(line + 2, line + 4)));
        if (isEnd) {
          const close = text.indexOf("\n", line);
          this.position = close < 0 ? text.length : close + 1;
          return { data: text.slice(start, line), closed: true, extra };
        }
      }
      const newline = text.indexOf("\n", line);
      line = newline < 0 ? text.length : newline + 1;
    }
    this.position = text.length;
    return { data: text.slice(start), closed: false, extra };
  }

  private readPsqlCommand(inside: boolean): ScanEvent {
    const start = this.position;
    let end = this.text.indexOf("\n", start);
    if (end < 0) end = this.text.length;
    this.position = end;
    return { kind: "psql", start, end, inside };
  }

  /** Moves past a comment that begins here. */
  private skipComment(code: number): boolean {
    const { text } = this;
    const next = text.charCodeAt(this.position + 1);
    if (code === DASH && next === DASH) {
      let at = this.position + 2;
      while (at < text.length && text.charCodeAt(at) !== NEWLINE && text.charCodeAt(at) !== RETURN) at += 1;
      this.position = at;
      return true;
    }
    if (code !== SLASH || next !== STAR) return false;
    let depth = 1;
    let at = this.position + 2;
    while (at < text.length && depth > 0) {
      const here = text.charCodeAt(at);
      const after = text.charCodeAt(at + 1);
      if (here === STAR && after === SLASH) {
        depth -= 1;
        at += 2;
      } else if (here === SLASH && after === STAR) {
        depth += 1;
        at += 2;
      } else at += 1;
    }
    // An unclosed comment stays in the statement, where the parser names it.
    if (depth > 0) return false;
    this.position = at;
    return true;
  }

  private readToken(code: number): void {
    if (startsIdentifier(code)) {
      this.readWord();
      return;
    }
    if (code === QUOTE) this.readQuoted("'", false);
    else if (code === DOUBLE_QUOTE) this.readQuoted('"', false);
    else if (code === DOLLAR) this.readDollar();
    else if (code === SLASH && this.text.charCodeAt(this.position + 1) === STAR)
      this.position = this.text.length;
    else {
      if (code === OPEN) this.parens += 1;
      else if (code === CLOSE && this.parens > 0) this.parens -= 1;
      this.position += 1;
    }
    this.previousWord = "";
    this.previousCode = code;
  }

  private readWord(): void {
    const start = this.position;
    IDENTIFIER.lastIndex = start;
    IDENTIFIER.exec(this.text);
    this.position = IDENTIFIER.lastIndex;
    const length = this.position - start;
    if (length === 1 && this.text.charCodeAt(this.position) === QUOTE) {
      const letter = this.text.charCodeAt(start);
      if (letter === 69 || letter === 101) {
        this.readQuoted("'", true);
        this.previousWord = "";
        this.previousCode = QUOTE;
        return;
      }
    }
    const isLabel = this.previousCode === DOT || this.previousWord === "as";
    const word = length <= 9 ? this.text.slice(start, this.position).toLowerCase() : "";
    if (this.words.length < 4) this.words.push(word);
    if (this.parens === 0 && !isLabel) {
      this.followBlocks(word);
      this.onWord?.(word, start, this.position);
    }
    this.previousWord = word;
    this.previousCode = 0;
  }

  /** BEGIN ATOMIC … END of CREATE FUNCTION and PROCEDURE holds semicolons. */
  private followBlocks(word: string): void {
    if (this.blocks === 0) {
      if (word === "atomic" && this.previousWord === "begin" && this.createsRoutine()) this.blocks = 1;
    } else if (word === "case") this.blocks += 1;
    else if (word === "end") this.blocks -= 1;
  }

  private createsRoutine(): boolean {
    const [first, second, third, fourth] = this.words;
    if (first !== "create") return false;
    const kind = second === "or" && third === "replace" ? fourth : second;
    return kind === "function" || kind === "procedure";
  }

  private readQuoted(quote: string, escapes: boolean): void {
    const { text } = this;
    let at = this.position + 1;
    if (!escapes) {
      for (;;) {
        at = text.indexOf(quote, at);
        if (at < 0) break;
        if (text[at + 1] !== quote) break;
        at += 2;
      }
      this.position = at < 0 ? text.length : at + 1;
      return;
    }
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += 2;
      else if (code !== QUOTE) at += 1;
      else if (text.charCodeAt(at + 1) === QUOTE) at += 2;
      else {
        CONTINUATION.lastIndex = at + 1;
        if (!CONTINUATION.test(text)) break;
        at = CONTINUATION.lastIndex;
      }
    }
    this.position = Math.min(at + 1, text.length);
  }

  private readDollar(): void {
    DOLLAR_TAG.lastIndex = this.position;
    const tag = DOLLAR_TAG.exec(this.text)?.[0];
    if (!tag) {
      this.position += 1;
      return;
    }
    const end = this.text.indexOf(tag, this.position + tag.length);
    this.position = end < 0 ? this.text.length : end + tag.length;
  }
}
