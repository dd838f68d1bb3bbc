import type { SchemaChange } from "../../core/diff/describe";
import type { OnlineNote } from "../../core/diff/online-notes";
import type { RenameCandidate } from "../../core/diff/rename/types";
import type { Kind } from "../../core/schema/types";

/** What the compare page shows. Instants are ISO 8601 texts in UTC, durations milliseconds. */

/** One side of a comparison: where a schema is read from. */
export type SideInput =
  /** The database itself, as it is now. */
  | { kind: "target"; targetId: string }
  /** What the ledger of a target says it should be: its scripts, replayed on a scratch copy. */
  | { kind: "ledger"; targetId: string }
  /** A service's migrations, replayed on an empty scratch database; up to and including `to`. */
  | { kind: "migrations"; serviceId: string; to?: string | undefined }
  /** A file that somebody chose: a snapshot (JSON, as `compare --format json` and the page write it) or SQL. */
  | { kind: "snapshot" | "sql"; name: string; text: string };

export interface SideView {
  kind: SideInput["kind"];
  /** "billing on staging", "migrations of billing", the file's name. */
  label: string;
  environment: { id: string; name: string; color: string; protected: boolean } | null;
  service: { id: string; name: string } | null;
  /** "18.4"; null: a file does not say. */
  serverVersion: string | null;
  /** When it was read, or made. */
  at: string;
  objects: number;
  durationMs: number;
}

/** A rename that the structure suggests; nothing is renamed unless the person says so. */
export interface RenameView {
  kind: string;
  /** As SQL names it: `public.orders.amount`. */
  from: string;
  to: string;
  /** Whether it is part of the plan below: asked for, or nothing can be lost by it. */
  chosen: boolean;
  /** What speaks for it, in words; null where it was asked for. */
  why: string | null;
  /** Key of the translation of `why`, with what it names: the type of both columns, how much of both is the same (0 to 1). */
  whyCode: RenameCandidate["reason"] | null;
  type: string | null;
  similarity: number | null;
  /** For `notRenamed`, when the answer is that the object goes; null where it was asked for. */
  question: string | null;
}

/**
 * One line of the comparison, which can be ticked. `change` is seen from source to target: "added" is what the
 * target has and the source has not.
 */
export interface ChangeView extends SchemaChange {
  /** Stable between two comparisons of the same databases. */
  id: string;
  /** Ids of the lines that are taken along when this one is ticked, at any distance. */
  needs: string[];
  /** Whether taking it loses rows or values, from source to target. */
  losesData: boolean;
}

/** An object that one of the sides has and that is not compared, or that our role may not read. */
export interface BlindSpot {
  side: "source" | "target";
  why: "unsupported" | "unreadable";
  what: string;
  /** Name of the object, or the reason. */
  name: string;
}

export interface StatementOfPlan {
  sql: string;
  /** Kind and name of what it is about. */
  kind: Kind;
  name: string;
  losesData: boolean;
  /** It runs outside of the transaction of the others. */
  apart: boolean;
}

/** The SQL of a comparison, or of the ticked part of it. */
export interface PlanView {
  /** Turns the source into the target (as far as it was ticked). */
  up: string;
  /** The way back. */
  down: string;
  /** What the way back cannot bring back, in words for people. */
  cannotBringBack: string[];
  statements: StatementOfPlan[];
  losesData: boolean;
  /** What keeps writers out although the plan was asked not to; missing in what older releases stored. */
  stillBlocks?: StillBlocks[];
}

export interface StillBlocks {
  name: string;
  reason: OnlineNote["reason"];
}

export interface ComparisonView {
  source: SideView;
  target: SideView;
  changes: ChangeView[];
  counts: { added: number; changed: number; removed: number };
  plan: PlanView;
  renames: RenameView[];
  blindSpots: BlindSpot[];
  /** Where the copy that scripts were replayed on differs from the real thing. */
  notes: string[];
  durationMs: number;
}

/** What narrows a comparison; the same for drift. */
export interface ComparisonOptions {
  /** Only these schemas; empty: all. */
  schemas: string[];
  /** Patterns of names with `*`: `audit.*`, `public.tmp_*`, or `kind:pattern`. */
  exclude: string[];
  /** Renames that the person confirmed. */
  renames: { kind: string; from: string; to: string }[];
  /** `question` of a RenameView that is no rename. */
  notRenamed: string[];
  /** Indexes concurrently, constraints validated apart, and so on. */
  online: boolean;
  ignoreOwners: boolean;
  ignoreGrants: boolean;
  ignoreComments: boolean;
}
