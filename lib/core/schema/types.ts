/**
 * A schema as facts: one fact is one object of the catalog that can be created, altered or dropped by itself.
 * Facts come from catalog snapshots only, never from parsed DDL.
 */
export type Kind =
  | "schema"
  | "extension"
  | "collation"
  | "conversion"
  | "language"
  | "access_method"
  | "enum"
  | "composite"
  | "range"
  | "base_type"
  | "shell_type"
  | "domain"
  | "sequence"
  | "identity_sequence"
  | "table"
  | "column"
  | "default"
  | "constraint"
  | "domain_constraint"
  | "index"
  | "view"
  | "materialized_view"
  | "function"
  | "aggregate"
  | "operator"
  | "operator_family"
  | "operator_class"
  | "cast"
  | "transform"
  | "trigger"
  | "rule"
  | "policy"
  | "statistics"
  | "ts_dictionary"
  | "ts_configuration"
  | "ts_template"
  | "ts_parser"
  | "publication"
  | "subscription"
  | "foreign_data_wrapper"
  | "server"
  | "user_mapping"
  | "event_trigger"
  | "default_privileges"
  | "privileges"
  | "extension_dependency"
  | "extension_member"
  | "role"
  | "membership"
  | "role_setting";

/** `kind:name`, the name quoted and schema-qualified as SQL writes it. */
export type FactId = string;

export interface Grant {
  /** Role name as SQL writes it; "PUBLIC" for everybody. */
  grantee: string;
  /** One letter of aclitem (docs: "ACL Privilege Abbreviations"). */
  privilege: string;
  grantable: boolean;
  /** Who gave it by a grant option of theirs: what nobody else revokes. Not compared. */
  by?: string[];
}

export interface Fact {
  id: FactId;
  kind: Kind;
  /** As DDL names it: `public.orders`, `public.f(integer)`; for parts of a table only their own name. */
  name: string;
  /** Quoted; null for objects outside schemas. */
  schema: string | null;
  /** The table, view or domain that it belongs to, goes with and is named with. */
  parent: FactId | null;
  /** Quoted role; null: the kind has no owner of its own. */
  owner: string | null;
  comment: string | null;
  /** Sorted; null: the kind has no privileges. */
  acl: Grant[] | null;
  /** What the kind compares and writes. */
  body: Record<string, unknown>;
  /** Facts that must exist while this one does. */
  deps: FactId[];
}

/** An object that belongs to an extension: left to it, unless another side has it by itself (see schema/members). */
export interface Member {
  extension: FactId;
  fact: Fact;
  /** Its columns, constraints …, and theirs. */
  parts: Fact[];
  /** Facts that need it, and what of it: their `deps` name the extension instead. */
  neededBy: Record<FactId, FactId[]>;
}

export interface Snapshot {
  /** server_version_num, e.g. 180004. */
  version: number;
  /** The role that read it, quoted: what is created belongs to it at first. */
  currentRole: string;
  facts: Map<FactId, Fact>;
  /** Parts of a table, view or domain, by its id. */
  children: Map<FactId, Fact[]>;
  /** By the id that they would have as facts. */
  members: Map<FactId, Member>;
  /** What exists and is not covered: reported by name, never ignored in silence. */
  unsupported: { what: string; name: string }[];
  /** What our role may not read. */
  unreadable: { what: string; reason: string; kind?: Kind }[];
}

/** A row of a catalog query; bigint-like oids arrive as numbers or texts. */
export type Row = Record<string, unknown>;

/** An object's address in pg_depend. */
export interface Address {
  catalog: string;
  oid: number;
  sub?: number;
}

export interface ReadFact extends Omit<Fact, "kind" | "deps" | "comment" | "owner" | "acl"> {
  /** Where pg_depend and pg_description know it, first its own address. */
  addresses: Address[];
  /** Instead of the row's `acl`. */
  aclTexts?: string[] | null;
  extraDeps?: FactId[];
}

export interface Surroundings {
  from: Snapshot;
  to: Snapshot;
}

/** Statements from one state to the other, or the word that it must be dropped and created. */
export type Change = string[] | "replace";

/** One object kind, and the only place that knows it: how it is read, created, altered and dropped. */
export interface KindDefinition {
  kind: Kind;
  /**
   * Query of the catalog for a server version; `owner` (oid) and `acl` (text[]) where the kind has them. None where
   * the rows of another kind tell all of this one (`readWith`), or no catalog tells it.
   */
  query?(version: number): string;
  readWith?: Kind;
  /**
   * SQL, answered at once: whether any of the kind can be there. Where not, its query is left out: PostgreSQL needs
   * longer to plan fifty queries than to read a small schema.
   */
  presence?: string;
  read(row: Row): ReadFact | null;
  create(fact: Fact, around: Surroundings): string[];
  drop(fact: Fact, around: Surroundings): string[];
  /** Without owner, comment and grants, which are the same for all kinds. Default: replace. */
  alter?(from: Fact, to: Fact, around: Surroundings): Change;
  /** What of `body` is compared; default: all of it. */
  compared?(fact: Fact): unknown;
  /** `COMMENT ON <this>`; default: `<keyword> <name>`. null: none. */
  commentOn?(fact: Fact): string | null;
  /** `ALTER <this> OWNER TO`. */
  ownedAs?(fact: Fact): string | null;
  /** `GRANT … ON <this>`, with the letters a full set of privileges has. */
  grantedOn?(fact: Fact): { on: string; all: string } | null;
  keyword: string;
}
