import type { ChangedKind } from "../../core/diff/describe";
import type { Group, SchemaGroup } from "../../core/outline/outline";
import type { Kind } from "../../core/schema/types";

/** What the schema pages show. Instants are ISO 8601 texts in UTC, durations milliseconds, sizes bytes. */

/** A kind as pages name it: keys and partitions are told apart further than the engine does. */
export type ShownKind = ChangedKind | "constraint" | "domain_constraint";

export interface SchemaTarget {
  id: string;
  service: { id: string; name: string };
  environment: { id: string; name: string; color: string; protected: boolean };
  database: string;
}

/** The schema of a target as last read; without its objects, which are listed by part. */
export interface SchemaView {
  target: SchemaTarget;
  /** null: it has not been read yet. */
  read: {
    at: string;
    durationMs: number;
    /** server_version_num. */
    serverVersion: number;
    /** The role that read it: what it may not see is not here. */
    as: string;
    objects: number;
    tables: number;
    groups: SchemaGroup[];
    unsupported: { what: string; name: string }[];
    unreadable: { what: string; reason: string }[];
    /** Since when uses are counted; null: since the beginning. */
    countedSince: string | null;
    /** Sizes are estimates of the planner: something was locked. */
    estimated: boolean;
    /** A deployment has run on the target since. */
    outdated: boolean;
  } | null;
}

/** A line of the tree. */
export interface SchemaRow {
  ordinal: number;
  id: string;
  group: Group;
  kind: ShownKind;
  schema: string | null;
  name: string;
  /** Planner's estimate; null: not a table, or never analyzed. */
  rows: number | null;
  bytes: number | null;
}

/** A line of search results. */
export interface SchemaHit extends SchemaRow {
  /** The parts that match when the name does not, at most five; in lower case. */
  parts: { kind: ShownKind; name: string }[];
}

export interface SchemaFound {
  total: number;
  hits: SchemaHit[];
}

export interface ColumnView {
  name: string;
  type: string;
  collation: string | null;
  notNull: boolean;
  default: string | null;
  /** GENERATED ALWAYS AS (…). */
  generated: { expression: string; stored: boolean } | null;
  identity: "always" | "by_default" | null;
  /** Part of the primary key. */
  key: boolean;
  /** The tables that its foreign keys lead to. */
  references: { id: string; name: string }[];
  comment: string | null;
}

export interface IndexView {
  name: string;
  /** Without `CREATE INDEX … ON …`. */
  definition: string;
  unique: boolean;
  valid: boolean;
  /** The constraint that it belongs to. */
  constraint: "primary_key" | "unique" | "exclusion" | null;
  bytes: number | null;
  scans: number | null;
  /** Known from PostgreSQL 16 on. */
  lastUsed: string | null;
  comment: string | null;
}

/** A constraint, policy, trigger, rule or another part with a text of its own. */
export interface PartView {
  kind: ShownKind;
  name: string;
  definition: string;
  /** What is not usual about it: not validated, not enforced, disabled, deferrable. */
  marks: ("not_valid" | "not_enforced" | "deferrable" | "deferred" | "disabled" | "replica" | "always")[];
  comment: string | null;
}

export interface GrantView {
  grantee: string;
  /** The part that it is about (a column, the sequence of an identity); null: the object itself. */
  part: { kind: ShownKind; name: string } | null;
  privileges: { word: string; grantable: boolean }[];
}

/** Another object that this one uses, or that uses it. */
export interface DependencyView {
  id: string;
  kind: ShownKind;
  schema: string | null;
  name: string;
  /** What it rests on, at most eight: by which part of the one, on which part of the other. */
  ways: { via: string; fromPart: string; toPart: string }[];
}

export interface ObjectView {
  row: SchemaRow;
  owner: string | null;
  comment: string | null;
  /** Facts of the table beside its columns: unlogged, partitions, row level security … */
  facts: ObjectFact[];
  columns: ColumnView[];
  indexes: IndexView[];
  constraints: PartView[];
  policies: PartView[];
  triggers: PartView[];
  /** Rules, extended statistics, user mappings, constraints of domains. */
  others: PartView[];
  /** Values of an enum. */
  labels: string[];
  grants: GrantView[];
  statistics: {
    tableScans: number | null;
    deadRows: number | null;
    lastVacuum: string | null;
    lastAnalyze: string | null;
  } | null;
  uses: DependencyView[];
  usedBy: DependencyView[];
  /** Beyond the ones listed. */
  moreUses: number;
  moreUsedBy: number;
  definition: string;
}

export type ObjectFact =
  | { key: "unlogged" | "row_security" | "row_security_forced" | "no_row_security" | "not_populated" }
  | {
      key: "partition_by" | "partition_of" | "inherits" | "of_type" | "server" | "language" | "options";
      value: string;
    };

export interface DiagramColumn {
  name: string;
  type: string;
  notNull: boolean;
  key: boolean;
  /** Part of a foreign key. */
  foreign: boolean;
}

export interface DiagramTable {
  ordinal: number;
  id: string;
  kind: ShownKind;
  schema: string;
  name: string;
  rows: number | null;
  columns: DiagramColumn[];
  /** Beyond the ones that are sent. */
  moreColumns: number;
}

export interface DiagramEdge {
  id: string;
  /** Ordinals: the table with the foreign key, and the one it leads to. */
  from: number;
  to: number;
  kind: "foreign_key" | "inherits";
  name: string;
  columns: string[];
}

export interface DiagramView {
  tables: DiagramTable[];
  edges: DiagramEdge[];
  /** All tables that fit the filter; when more than `tables`, the most connected ones are shown. */
  total: number;
  schemas: { name: string; tables: number }[];
  /** What a deployment changes; null: none was asked for. */
  deployment: DiagramDeployment | null;
}

export interface DiagramDeployment {
  number: number;
  /** Keyed by the table's `schema.name`. */
  changes: {
    table: string;
    change: "added" | "removed" | "changed";
    lines: { change: "added" | "removed" | "changed"; kind: string; name: string; column: boolean }[];
  }[];
}

export type { Kind };
