import type { LockMode } from "../sql/types";

/** The five meanings of the interface, without `unknown`, mildest first. */
export const SEVERITIES = ["safe", "notice", "warning", "danger"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule has to say about one statement. */
export interface Finding {
  /** The rule, kebab case: "drop-column". */
  code: string;
  severity: Severity;
  /** What the effect is: for the icon and the words of the page. */
  effect: "blocks_reads_and_writes" | "blocks_writes" | "loses_data" | "may_fail" | "breaks_clients" | "none";
  file?: string;
  statement: number;
  line: number;
  column: number;
  endLine: number;
  /** English sentences; the interface translates by `findings.<code>` with `params`. */
  title: string;
  message: string;
  /** What to write instead, in words. */
  suggestion?: string;
  /** The safe rewrite, when a rule knows one. */
  fix?: { sql: string; ownMigration: boolean };
  params: Record<string, string | number>;
  /** Set when a directive `ignore=<rule> reason="…"` covers it. */
  ignored?: { reason: string };
  lock?: LockMode;
  relation?: string;
  /** Names of what is lost; a person types them before it may run. */
  destroys?: string[];
}
