import type { FactId, Kind } from "../../schema/types";

/** What can be the same object under another name. `enum_value` is a value of an enum. */
export type RenamedKind =
  | Extract<
      Kind,
      | "schema"
      | "table"
      | "view"
      | "materialized_view"
      | "sequence"
      | "identity_sequence"
      | "enum"
      | "composite"
      | "range"
      | "domain"
      | "function"
      | "column"
      | "constraint"
      | "domain_constraint"
      | "index"
    >
  | "enum_value";

/**
 * One object, two names, both as DDL writes them and in full: `public.orders`, `public.f(integer)`, of parts with
 * their table (`public.orders.note`), of enum values with their type and without quotes (`public.mood.so so`).
 */
export interface Rename {
  kind: RenamedKind;
  from: string;
  to: string;
}

export interface RenameCandidate extends Rename {
  reason: "same_structure" | "similar_structure" | "same_type" | "same_column" | "same_place";
  /** Of columns: what both are. */
  type?: string;
  /** One English sentence on what speaks for it. */
  why: string;
  /** 0 to 1: share of the structure that is the same. */
  similarity: number;
  /** Nothing can be lost either way, so a plan does it without being told. */
  silent: boolean;
}

/** An object with data that is to be dropped while others appear that it may have become. */
export interface RenameQuestion {
  /** For `notRenamed`, when the answer is that it goes. */
  id: FactId;
  kind: RenamedKind;
  name: string;
  /** Likeliest first; never empty. */
  candidates: RenameCandidate[];
}
