import type { Node } from "../parser";
import { nameParts, names, relationName } from "../tree";

/** What only a catalog can tell; lib/postgres reads one from a target. Names as `relationName` writes them. */
export interface FactCatalog {
  relationExists(relation: string): boolean | undefined;
  tableOfIndex(index: string): string | undefined;
  /** As format_type writes it: "character varying(20)". */
  columnType(table: string, column: string): string | undefined;
  /** The table that a foreign key points at. */
  referencedBy(table: string, constraint: string): string | undefined;
  /** All tables that the foreign keys of `table` point at. */
  references(table: string): string[];
  /** Whether a valid constraint already proves that the column holds no NULL. */
  provesNotNull(table: string, column: string): boolean | undefined;
}

interface TableMemory {
  columns: Map<string, string>;
  foreignKeys: { name: string | null; references: string }[];
  /** CHECK (column IS NOT NULL), by constraint name; `valid` once validated. */
  notNullChecks: { column: string; name: string; valid: boolean }[];
  /** NOT VALID constraints and the transaction that added them. */
  notValid: Map<string, number>;
  /** Constraints that the script added, and those it validated without having added them. */
  added: Set<string>;
  validated: boolean;
}

/** Where the names of a script without a schema lie until it says otherwise. */
const FIRST_PATH = ["public"];

/**
 * What a script's earlier statements have said (and the scripts that a plan runs before it), over what the target's
 * catalog says when there is one. Names are taken as written and kept with their schema: `orders` and `public.orders`
 * are one table.
 */
export class Knowledge {
  /** Schemas that names are looked for in; new objects go into the first (documentation: "The Schema Search Path"). */
  private path = FIRST_PATH;
  private readonly created = new Set<string>();
  /** Made by IF NOT EXISTS where no catalog says whether they were there. */
  private readonly perhapsThere = new Set<string>();
  private readonly dropped = new Set<string>();
  private readonly tables = new Map<string, TableMemory>();
  private readonly indexes = new Map<string, string>();
  /** Enum values added so far, by value, with the transaction that added them. */
  readonly enumValues = new Map<string, { type: string; transaction: number }>();
  private readonly types = new Set<string>();
  /** Functions, procedures and aggregates, and views that may have been there before. */
  private readonly defined = new Set<string>();

  constructor(private readonly catalog?: FactCatalog) {}

  /** Whether the script itself made the relation. */
  isFresh(relation: string): boolean {
    return this.created.has(this.found(relation));
  }

  /** As isFresh, and it cannot have been there before: only then can nothing of it be lost. */
  isSurelyNew(relation: string): boolean {
    return this.isFresh(relation) && !this.perhapsThere.has(this.found(relation));
  }

  isFreshType(type: string): boolean {
    return this.types.has(this.found(type));
  }

  /** Whether the script itself made an object of that name, or says anew what it is (CREATE OR REPLACE). */
  defines(name: string): boolean {
    return [this.created, this.types, this.defined].some((made) => made.has(this.found(name)));
  }

  tableOfIndex(index: string): string | undefined {
    return this.indexes.get(this.found(index)) ?? this.catalog?.tableOfIndex(index);
  }

  columnType(table: string, column: string): string | undefined {
    return this.known(table)?.columns.get(column) ?? this.catalog?.columnType(table, column);
  }

  referencedBy(table: string, constraint: string): string | undefined {
    const own = this.known(table)?.foreignKeys.find(({ name }) => name === constraint);
    return own?.references ?? this.catalog?.referencedBy(table, constraint);
  }

  references(table: string): string[] {
    const own = this.known(table)?.foreignKeys.map(({ references }) => references) ?? [];
    return [...new Set([...own, ...(this.catalog?.references(table) ?? [])])];
  }

  provesNotNull(table: string, column: string): boolean {
    const own = this.known(table)?.notNullChecks.some((check) => check.column === column && check.valid);
    return own === true || this.catalog?.provesNotNull(table, column) === true;
  }

  /** Whether the script validated a constraint of the table that it did not add: it may be the one that proves it. */
  mayProveNotNull(table: string): boolean {
    return this.known(table)?.validated === true;
  }

  /** Whether the script itself added the constraint. */
  hasAdded(table: string, constraint: string): boolean {
    return this.known(table)?.added.has(constraint) === true;
  }

  /** The transaction that added a NOT VALID constraint earlier in the script. */
  addedNotValidIn(table: string, constraint: string): number | undefined {
    return this.known(table)?.notValid.get(constraint);
  }

  /** Takes in what a statement does. @param transaction number of the transaction it runs in */
  learn(tree: Node, transaction: number): void {
    if ("CreateStmt" in tree) this.learnTable(tree.CreateStmt);
    else if ("CreateTableAsStmt" in tree)
      this.create(tree.CreateTableAsStmt.into?.rel, tree.CreateTableAsStmt.if_not_exists);
    else if ("ViewStmt" in tree && !tree.ViewStmt.replace) this.create(tree.ViewStmt.view);
    else if ("ViewStmt" in tree) this.define(this.defined, relationName(tree.ViewStmt.view));
    else if ("CreateSeqStmt" in tree)
      this.create(tree.CreateSeqStmt.sequence, tree.CreateSeqStmt.if_not_exists);
    else if ("CreateForeignTableStmt" in tree)
      this.create(
        tree.CreateForeignTableStmt.base?.relation,
        tree.CreateForeignTableStmt.base?.if_not_exists,
      );
    else if ("IndexStmt" in tree) this.learnIndex(tree.IndexStmt);
    else if ("AlterTableStmt" in tree) this.learnAlterTable(tree.AlterTableStmt, transaction);
    else if ("RenameStmt" in tree) this.learnRename(tree.RenameStmt);
    else if ("AlterObjectSchemaStmt" in tree) this.learnSchema(tree.AlterObjectSchemaStmt);
    else if ("AlterEnumStmt" in tree) this.learnEnum(tree.AlterEnumStmt, transaction);
    else if ("CreateEnumStmt" in tree) this.define(this.types, names(tree.CreateEnumStmt.typeName).join("."));
    else if ("CreateDomainStmt" in tree)
      this.define(this.types, names(tree.CreateDomainStmt.domainname).join("."));
    else if ("CompositeTypeStmt" in tree)
      this.define(this.types, relationName(tree.CompositeTypeStmt.typevar));
    else if ("CreateRangeStmt" in tree)
      this.define(this.types, names(tree.CreateRangeStmt.typeName).join("."));
    else if ("CreateFunctionStmt" in tree)
      this.define(this.defined, names(tree.CreateFunctionStmt.funcname).join("."));
    else if ("DefineStmt" in tree) this.define(this.defined, names(tree.DefineStmt.defnames).join("."));
    else if ("DropStmt" in tree)
      for (const object of tree.DropStmt.objects ?? []) this.forget(this.found(nameParts(object).join(".")));
    else if ("VariableSetStmt" in tree) this.learnPath(tree.VariableSetStmt);
  }

  /**
   * After this the next script of a plan is read: what the one before made stays known, what held for its session or
   * transaction does not.
   */
  endScript(): void {
    this.path = FIRST_PATH;
    this.enumValues.clear();
    for (const kept of [this.created, this.tables, this.indexes])
      for (const name of kept.keys()) if (name.startsWith("pg_temp.")) kept.delete(name);
    for (const memory of this.tables.values()) memory.notValid.clear();
  }

  /** A name as it is kept, for an object that is made now. */
  private made(name: string, temporary = false): string {
    if (name.includes(".")) return name;
    const schema = temporary ? "pg_temp" : this.path[0];
    return schema ? `${schema}.${name}` : name;
  }

  /** A name as it is kept, for an object that is there: what the script made is found along the search path. */
  private found(name: string): string {
    if (name.includes(".")) return name;
    const places = ["pg_temp", ...this.path].map((schema) => `${schema}.${name}`);
    const kept = [this.created, this.tables, this.indexes, this.types, this.defined];
    return places.find((place) => kept.some((names) => names.has(place))) ?? this.made(name);
  }

  private known(table: string): TableMemory | undefined {
    return this.tables.get(this.found(table));
  }

  /** IF NOT EXISTS makes nothing where the catalog knows the name; without a catalog it counts as made. */
  private create(relation: RangeLike | undefined, ifNotExists = false): string {
    const written = relationName(relation);
    const name = this.made(written, relation?.relpersistence === "t");
    const mayBeThere = ifNotExists && !this.created.has(name) && !this.dropped.has(name);
    if (mayBeThere && this.catalog?.relationExists(written)) return name;
    if (mayBeThere && !this.catalog) this.perhapsThere.add(name);
    this.created.add(name);
    return name;
  }

  private define(kept: Set<string>, name: string): void {
    kept.add(this.made(name));
  }

  private learnPath(stmt: { kind?: string; name?: string; args?: Node[] }): void {
    if (stmt.kind === "VAR_RESET_ALL" || stmt.name === "search_path")
      this.path = schemasOf(stmt.args) ?? FIRST_PATH;
  }

  private forget(relation: string): void {
    // A dropped name that is made again stays fresh, for it is made by this script either way.
    this.tables.delete(relation);
    this.indexes.delete(relation);
    this.perhapsThere.delete(relation);
    this.dropped.add(relation);
  }

  private table(relation: string): TableMemory {
    const found = this.tables.get(relation);
    if (found) return found;
    const made: TableMemory = {
      columns: new Map(),
      foreignKeys: [],
      notNullChecks: [],
      notValid: new Map(),
      added: new Set(),
      validated: false,
    };
    this.tables.set(relation, made);
    return made;
  }

  private learnTable(stmt: { relation?: RangeLike; tableElts?: Node[]; if_not_exists?: boolean }): void {
    const relation = this.create(stmt.relation, stmt.if_not_exists);
    for (const element of stmt.tableElts ?? []) {
      if ("ColumnDef" in element) this.learnColumn(relation, element.ColumnDef);
      if ("Constraint" in element) this.learnConstraint(relation, element.Constraint, 0);
    }
  }

  private learnColumn(
    relation: string,
    column: { colname?: string; typeName?: TypeNameLike; constraints?: Node[] },
  ): void {
    if (!column.colname) return;
    const memory = this.table(relation);
    if (column.typeName) memory.columns.set(column.colname, typeText(column.typeName));
    for (const node of column.constraints ?? []) {
      if (!("Constraint" in node)) continue;
      if (node.Constraint.contype === "CONSTR_NOTNULL" || node.Constraint.contype === "CONSTR_PRIMARY") {
        memory.notNullChecks.push({ column: column.colname, name: "", valid: true });
      }
      this.learnConstraint(relation, node.Constraint, 0, column.colname);
    }
  }

  private learnConstraint(
    relation: string,
    constraint: ConstraintLike,
    transaction: number,
    column?: string,
  ): void {
    const memory = this.table(relation);
    const { contype, conname, skip_validation, pktable, raw_expr } = constraint;
    if (contype === "CONSTR_FOREIGN") {
      const name = conname ?? (column ? `${relation.split(".").at(-1)}_${column}_fkey` : null);
      memory.foreignKeys.push({ name, references: relationName(pktable) });
    }
    const checked = contype === "CONSTR_CHECK" ? columnProvenNotNull(raw_expr) : null;
    if (checked && conname)
      memory.notNullChecks.push({ column: checked, name: conname, valid: !skip_validation });
    if (conname) memory.added.add(conname);
    if (skip_validation && conname) memory.notValid.set(conname, transaction);
  }

  private learnIndex(stmt: { idxname?: string; relation?: { relname?: string; schemaname?: string } }): void {
    if (!stmt.idxname) return;
    const table = relationName(stmt.relation);
    // CREATE INDEX gives no schema: the index lies in its table's.
    const schema = this.found(table).split(".").slice(0, -1);
    this.indexes.set([...schema, stmt.idxname].join("."), table);
  }

  private learnAlterTable(
    stmt: { relation?: { relname?: string; schemaname?: string }; cmds?: Node[] },
    transaction: number,
  ): void {
    const relation = this.found(relationName(stmt.relation));
    const memory = this.table(relation);
    for (const node of stmt.cmds ?? []) {
      if (!("AlterTableCmd" in node)) continue;
      const { subtype, name = "", def } = node.AlterTableCmd;
      if (subtype === "AT_AddColumn" && def && "ColumnDef" in def) this.learnColumn(relation, def.ColumnDef);
      if (subtype === "AT_AlterColumnType" && def && "ColumnDef" in def && def.ColumnDef.typeName) {
        memory.columns.set(name, typeText(def.ColumnDef.typeName));
      }
      if (subtype === "AT_DropColumn") memory.columns.delete(name);
      if (subtype === "AT_AddConstraint" && def && "Constraint" in def)
        this.learnConstraint(relation, def.Constraint, transaction);
      if (subtype === "AT_SetNotNull") memory.notNullChecks.push({ column: name, name: "", valid: true });
      if (subtype === "AT_ValidateConstraint") {
        if (!memory.added.has(name)) memory.validated = true;
        for (const check of memory.notNullChecks) if (check.name === name) check.valid = true;
      }
    }
  }

  private learnRename(stmt: {
    renameType?: string;
    relation?: { relname?: string; schemaname?: string };
    newname?: string;
    subname?: string;
  }): void {
    const from = this.found(relationName(stmt.relation));
    if (stmt.renameType === "OBJECT_COLUMN") {
      const memory = this.tables.get(from);
      const type = memory?.columns.get(stmt.subname ?? "");
      if (memory && type && stmt.newname) memory.columns.set(stmt.newname, type);
      return;
    }
    if (
      !stmt.newname ||
      !["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_INDEX", "OBJECT_MATVIEW", "OBJECT_SEQUENCE"].includes(
        stmt.renameType ?? "",
      )
    )
      return;
    this.move(from, [...from.split(".").slice(0, -1), stmt.newname].join("."));
  }

  private learnSchema(stmt: { relation?: RangeLike; newschema?: string }): void {
    const from = this.found(relationName(stmt.relation));
    if (stmt.relation) this.move(from, `${stmt.newschema}.${from.split(".").at(-1)}`);
  }

  /** What was known of a name goes with it, and nothing of it is true of what takes that name later. */
  private move(from: string, to: string): void {
    for (const names of [this.created, this.perhapsThere]) if (names.delete(from)) names.add(to);
    for (const kept of [this.tables, this.indexes] as Map<string, unknown>[]) {
      const known = kept.get(from);
      kept.delete(from);
      if (known !== undefined) kept.set(to, known);
    }
  }

  private learnEnum(
    stmt: { typeName?: Node[]; newVal?: string; oldVal?: string },
    transaction: number,
  ): void {
    const type = names(stmt.typeName).join(".");
    // A value of a type that the same transaction made may be used at once.
    if (stmt.newVal !== undefined && stmt.oldVal === undefined && !this.isFreshType(type)) {
      this.enumValues.set(stmt.newVal, { type, transaction });
    }
  }
}

/** The schemas of SET search_path; undefined where it goes back to what it was at first. */
function schemasOf(args: readonly Node[] | undefined): string[] | undefined {
  const schemas = args?.map((node) => ("A_Const" in node ? (node.A_Const.sval?.sval ?? "") : ""));
  return schemas?.filter((schema) => schema !== "" && schema !== "$user");
}

interface RangeLike {
  schemaname?: string;
  relname?: string;
  relpersistence?: string;
}

interface ConstraintLike {
  contype?: string;
  conname?: string;
  skip_validation?: boolean;
  pktable?: { relname?: string; schemaname?: string };
  raw_expr?: Node;
}

export interface TypeNameLike {
  names?: Node[];
  typmods?: Node[];
  arrayBounds?: Node[];
}

/** A type as written, without pg_catalog: "varchar(20)", "int4", "public.color", "text[]". */
export function typeText(type: TypeNameLike): string {
  const parts = names(type.names);
  const name = (parts[0] === "pg_catalog" ? parts.slice(1) : parts).join(".");
  const mods = (type.typmods ?? []).map((node) =>
    "A_Const" in node ? String(node.A_Const.ival?.ival ?? 0) : "?",
  );
  return `${name}${mods.length > 0 ? `(${mods.join(",")})` : ""}${type.arrayBounds?.length ? "[]" : ""}`;
}

/** The column of `CHECK (column IS NOT NULL)`; PostgreSQL then skips the scan of SET NOT NULL. */
function columnProvenNotNull(expression: Node | undefined): string | null {
  if (!expression || !("NullTest" in expression) || expression.NullTest.nulltesttype !== "IS_NOT_NULL")
    return null;
  const arg = expression.NullTest.arg;
  return arg && "ColumnRef" in arg ? (names(arg.ColumnRef.fields).at(-1) ?? null) : null;
}
