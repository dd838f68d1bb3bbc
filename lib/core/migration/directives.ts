import type { ScriptProblem } from "../sql/types";
import type { Directives } from "./types";

interface Pair {
  key: string;
  value: string | null;
}

/** A line that carries directives, ours or another tool's that means the same. */
const OURS = /^\s*(?:--|\/\*)\s*dbmigrator:\s*(.*?)\s*(?:\*\/.*)?$/i;
const DBMATE = /^\s*--\s*migrate:(?:up|down)\b(.*)$/i;
/** goose, sqlx, graphile-migrate, Atlas, sql-migrate, postgres-migrations, morph, tern; Liquibase's stands among others. */
const NO_TRANSACTION =
  /^\s*--[\s-]*(?:\+goose\s+NO\s+TRANSACTION|!?\s*no-transaction|atlas:txmode\s+none|\+migrate\s+(?:up|down)\s+notransaction|postgres-migrations\s+disable-transaction|morph:nontransactional|tern:\s*disable-tx)[\s-]*$/i;
const CHANGESET_OUTSIDE = /^\s*--\s*changeset\s.*\brunInTransaction:"?false\b/i;

/**
 * Reads the directives of a script: `-- dbmigrator: key=value …` in the comments before its first statement, and
 * dbmate's `-- migrate:up transaction:false`. `ignore` and `batch` may also stand further down, above the statement
 * they are for.
 *
 * @param script the up or the down script, as written
 * @returns the directives, and a problem for each that is unknown, malformed or in the wrong place: a directive
 *   that would be passed over in silence (`transaction=none` misspelt) is worse than a refusal
 */
export function readDirectives(script: string): { directives: Directives; problems: ScriptProblem[] } {
  const directives: Directives = {
    transaction: "auto",
    requires: [],
    repeatable: false,
    environments: [],
    ignore: [],
    batches: [],
    revertsDrift: false,
  };
  const problems: ScriptProblem[] = [];
  if (
    !/dbmigrator:|migrate:|no.?transaction|txmode|disable-t|nontransactional|runInTransaction/i.test(script)
  )
    return { directives, problems };

  let atTop = true;
  let inComment = false;
  script.split("\n").forEach((raw, index) => {
    const line = raw.replace(/\r$/, "").replace(/^\uFEFF/, "");
    const fail = (message: string, hint?: string) =>
      problems.push({ code: "directive", line: index + 1, column: 1, message, ...(hint ? { hint } : {}) });
    const ours = OURS.exec(line);
    const dbmate = DBMATE.exec(line);
    if (ours) {
      const pairs = readPairs(ours[1] ?? "");
      if (typeof pairs === "string") fail(pairs);
      else for (const pair of pairs) readPair(directives, pair, { line: index + 1, atTop }, fail);
    } else if (dbmate) {
      if (/\btransaction\s*:\s*false\b/i.test(dbmate[1] ?? "")) directives.transaction = "none";
    } else if ((NO_TRANSACTION.test(line) && atTop) || CHANGESET_OUTSIDE.test(line)) {
      directives.transaction = "none";
    }
    if (atTop) {
      const rest = inComment ? afterBlock(line) : line.trim();
      inComment = rest === null || opensBlock(rest);
      atTop = inComment || rest === "" || isComment(rest ?? "");
    }
  });
  return { directives, problems };
}

function isComment(line: string): boolean {
  return line.startsWith("--") || /^\/\*.*\*\/$/.test(line);
}

function opensBlock(line: string): boolean {
  return line.startsWith("/*") && !line.includes("*/");
}

/** What follows the end of a block comment on this line; null: it does not end here. */
function afterBlock(line: string): string | null {
  const end = line.indexOf("*/");
  return end === -1 ? null : line.slice(end + 2).trim();
}

/** `key`, `key=value` and `key="quoted value"`, separated by spaces; a string is what is wrong with them. */
function readPairs(text: string): Pair[] | string {
  const pairs: Pair[] = [];
  const pattern = /([a-z][a-z-]*)(?:=(?:"([^"]*)"|([^\s"]+)))?(?:\s+|$)/iy;
  let position = 0;
  while (position < text.length) {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (!match) return `The directive is not understood from "${text.slice(position)}" on.`;
    pairs.push({ key: (match[1] ?? "").toLowerCase(), value: match[2] ?? match[3] ?? null });
    position = pattern.lastIndex;
  }
  return pairs.length > 0 ? pairs : "The directive is empty.";
}

type Fail = (message: string, hint?: string) => void;

interface Place {
  line: number;
  atTop: boolean;
}

function readPair(directives: Directives, { key, value }: Pair, { line, atTop }: Place, fail: Fail): void {
  const last = directives.ignore.at(-1);
  if (key === "reason" && value && last && last.reason === "") {
    last.reason = value;
    return;
  }
  if (key === "ignore") {
    if (value) for (const rule of list(value)) directives.ignore.push({ rule, reason: "" });
    else fail("ignore needs the name of a rule: ignore=drop-column.");
    return;
  }
  if (key === "batch" || directives.batches.at(-1)?.line === line) {
    readBatch(directives.batches, { key, value }, line, fail);
    return;
  }
  if (!atTop) {
    fail(
      `${key} stands below the first statement.`,
      "Directives belong in the comments at the top of the script.",
    );
    return;
  }
  readTopPair(directives, { key, value }, fail);
}

/** More batches than this are no backfill any more but a statement that finds work for ever. */
const MOST_BATCHES = 1_000_000;

/** `batch`, and what follows it on the same line. */
function readBatch(batches: Directives["batches"], { key, value }: Pair, line: number, fail: Fail): void {
  const own = batches.at(-1);
  if (key === "batch") {
    if (own?.line === line) fail("batch stands twice on this line.");
    else batches.push({ line, pauseMs: 0, max: MOST_BATCHES });
    if (value !== null) fail(`batch=${value} is unknown.`, SIZE_HINT);
  } else if (key === "pause") {
    const ms = value === null ? null : readDuration(value);
    if (ms === null || !own) fail("pause needs a duration.", "Write pause=200ms or pause=1s.");
    else own.pauseMs = ms;
  } else if (key === "max") {
    if (!own || !/^[1-9]\d{0,8}$/.test(value ?? "")) fail("max needs a number of batches.");
    else own.max = Number(value);
  } else if (key === "size") fail("size is unknown.", SIZE_HINT);
  else fail(`${key} does not belong to batch.`, "Write it on a line of its own.");
}

const SIZE_HINT = "The size of a batch is the LIMIT in the statement itself.";

function readTopPair(directives: Directives, { key, value }: Pair, fail: Fail): void {
  switch (key) {
    case "transaction":
      if (value === "none" || value === "false") directives.transaction = "none";
      else if (value !== "auto" && value !== "true")
        fail(`transaction=${value ?? ""} is unknown.`, "Write transaction=none.");
      return;
    case "lock-timeout":
    case "statement-timeout": {
      const ms = value === null ? null : readDuration(value);
      if (ms === null) fail(`${key} needs a duration.`, "Write 500ms, 3s or 2min.");
      else if (key === "lock-timeout") directives.lockTimeoutMs = ms;
      else directives.statementTimeoutMs = ms;
      return;
    }
    case "requires":
      for (const item of list(value)) {
        if (/^[^/\s]+\/[^/\s]+$/.test(item)) directives.requires.push(item);
        else fail(`requires=${item} is not of the form service/version.`);
      }
      if (!value) fail("requires needs service/version.");
      return;
    case "repeatable":
      if (value === null || value === "true") directives.repeatable = true;
      else if (value !== "false") fail(`repeatable=${value} is unknown.`);
      return;
    case "environments":
      directives.environments.push(...list(value));
      if (!value) fail("environments needs names, separated by commas.");
      return;
    case "reverts-drift":
      if (value === null || value === "true") directives.revertsDrift = true;
      else fail(`reverts-drift=${value} is unknown.`);
      return;
    default:
      fail(`The directive ${key} is unknown.`, `Known are: ${KNOWN.join(", ")}.`);
  }
}

const KNOWN = [
  "transaction",
  "lock-timeout",
  "statement-timeout",
  "requires",
  "repeatable",
  "environments",
  "ignore",
  "batch",
  "reverts-drift",
];

function list(value: string | null): string[] {
  return (value ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000 };

/** "500ms", "3s", "2min", "1h" or a bare number of milliseconds; null when it is none of these. */
export function readDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)?$/i.exec(text);
  if (!match) return null;
  const ms = Math.round(Number(match[1]) * (UNITS[(match[2] ?? "ms").toLowerCase()] ?? 1));
  return ms <= 2_147_483_647 ? ms : null;
}
