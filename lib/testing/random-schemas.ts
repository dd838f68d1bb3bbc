import fc from "fast-check";
import type { Rename } from "../core/diff/rename/types";
import { constant, type Draw, dollarQuoted, drawName, drawText, quoted } from "./random-names";

type Side = "from" | "to";
const SIDES = ["from", "to"] as const;

/** Two schemas that share most of their objects, rows for the first, and what must be there afterwards. */
export interface RandomPair {
  from: string;
  to: string;
  seed: string;
  renames: Rename[];
  /** Queries that must answer the same: on `from` with its rows, and on the result. */
  same: { from: string; to: string }[];
}

/** What a column may be on either side, and a value of row i that fits all of it. */
const FAMILIES = {
  number: {
    types: ["integer", "bigint", "numeric(10,2)", "text", "character varying(20)"],
    value: "i",
    fallback: "7",
  },
  word: { types: ["text", "character varying(30)", "ENUM", "DOMAIN"], value: "'base'", fallback: "'base'" },
  time: {
    types: ["date", "timestamp without time zone", "timestamptz"],
    value: "date '2026-01-02' + i",
    fallback: "date '2026-01-01'",
  },
  key: { types: ["integer", "bigint"], value: "i", fallback: "1" },
  flag: { types: ["boolean"], value: "true", fallback: "false" },
  list: { types: ["text[]", "character varying(9)[]"], value: "ARRAY['a', 'b']", fallback: "'{}'" },
} as const;

/** By side. */
type Both<T> = Record<Side, T>;

interface Column {
  name: Both<string>;
  family: keyof typeof FAMILIES;
  on: Side[];
  sql: Both<string>;
  type: Both<string>;
  generated: boolean;
  comment: Both<string | null>;
}

interface Table {
  schema: string;
  name: Both<string>;
  on: Side[];
  columns: Column[];
  extra: Both<string[]>;
}

class Maker {
  private number = 0;
  readonly statements: Both<string[]> = { from: [], to: [] };
  readonly renames: Rename[] = [];

  constructor(readonly draw: Draw) {}

  name(): string {
    return drawName(this.draw, ++this.number);
  }
  text(): string {
    return constant(drawText(this.draw));
  }
  chance(percent: number): boolean {
    return this.draw(fc.integer, { min: 1, max: 100 }) <= percent;
  }
  pick<T>(values: readonly T[]): T {
    return this.draw(fc.constantFrom, ...values) as T;
  }
  /** Most things are on both sides. */
  on(): Side[] {
    return this.pick([["from", "to"], ["from", "to"], ["from", "to"], ["from"], ["to"]] as Side[][]);
  }
  /** The same on both sides, or not. */
  perSide<T>(make: () => T): Both<T> {
    const from = make();
    return { from, to: this.chance(35) ? make() : from };
  }
  add(side: Side, ...sql: (string | null)[]): void {
    for (const one of sql) if (one !== null) this.statements[side].push(one);
  }
}

/** Draws a pair. Whatever is drawn can be created, and every change of types takes the rows that there are. */
export function drawPair(draw: Draw): RandomPair {
  const make = new Maker(draw);
  const second = make.name();
  for (const side of SIDES) make.add(side, `CREATE SCHEMA ${quoted(second)}`);
  const place = () => make.pick(["public", quoted(second)]);
  const types = addTypes(make, place);
  const routine = addRoutines(make, place);
  const tables = [0, 1, 2, 3].map((i) => drawTable(make, place(), i < 2 ? [...SIDES] : make.on(), types));
  for (const table of tables) createTable(make, table);
  for (const table of tables) addParts(make, table, tables, routine);
  addViews(make, tables, routine, place);
  addPartitions(make, place());
  return {
    from: `${make.statements.from.join(";\n")};`,
    to: `${make.statements.to.join(";\n")};`,
    // Foreign keys may go round in a ring.
    seed: `SET session_replication_role = replica; ${tables
      .filter((table) => table.on.includes("from"))
      .map(seedOf)
      .join("\n")} RESET session_replication_role`,
    renames: make.renames,
    same: tables.filter((table) => table.on.length === 2).flatMap(sameOf),
  };
}

function addTypes(make: Maker, place: () => string): Record<string, string> {
  const mood = `${place()}.${quoted(make.name())}`;
  const domain = `${place()}.${quoted(make.name())}`;
  const more = [make.name(), make.name(), drawText(make.draw).slice(0, 20)].filter(
    (one, i, all) => one !== "" && all.indexOf(one) === i,
  );
  for (const side of SIDES) {
    const labels = make.chance(60) ? ["base", ...more] : more.slice(0, 2).concat("base").reverse();
    const kept = labels.filter((label) => label === "base" || side === "to" || make.chance(70));
    make.add(side, `CREATE TYPE ${mood} AS ENUM (${kept.map(constant).join(", ")})`);
    make.add(side, `CREATE DOMAIN ${domain} AS text CHECK (VALUE <> ${make.text()} OR true)`);
    if (make.chance(50)) make.add(side, `COMMENT ON TYPE ${mood} IS ${make.text()}`);
  }
  return { ENUM: mood, DOMAIN: domain };
}

interface Routines {
  /** text → text, immutable. */
  call: string;
  trigger: string;
}

function addRoutines(make: Maker, place: () => string): Routines {
  const call = `${place()}.${quoted(make.name())}`;
  const trigger = `${place()}.${quoted(make.name())}`;
  const argument = make.perSide(() => quoted(make.name()));
  const text = make.perSide(() => drawText(make.draw));
  for (const side of SIDES) {
    const body = dollarQuoted(
      `SELECT coalesce($1, '') || ${constant(text[side])} -- ${text[side].replaceAll("\n", " ")}\n`,
    );
    make.add(
      side,
      `CREATE FUNCTION ${call}(${argument[side]} text) RETURNS text LANGUAGE sql IMMUTABLE AS ${body}`,
      `CREATE FUNCTION ${trigger}() RETURNS trigger LANGUAGE plpgsql AS ${dollarQuoted(`BEGIN\n  -- ${text[side].replaceAll("\n", " ")}\n  RETURN NEW;\nEND`)}`,
      `COMMENT ON FUNCTION ${call}(text) IS ${constant(text[side])}`,
      make.chance(30) ? `REVOKE ALL ON FUNCTION ${call}(text) FROM PUBLIC` : null,
    );
  }
  return { call, trigger };
}

function drawTable(make: Maker, schema: string, on: Side[], types: Record<string, string>): Table {
  const from = make.name();
  const renamed = on.length === 2 && make.chance(20);
  const name = { from, to: renamed ? make.name() : from };
  const table: Table = { schema, name, on, columns: [], extra: { from: [], to: [] } };
  const count = make.pick([1, 2, 3, 4]);
  for (let i = 0; i < count; i++) table.columns.push(drawColumn(make, on, types));
  if (renamed) make.renames.push({ kind: "table", from: on2(table, "from"), to: on2(table, "to") });
  for (const column of table.columns)
    if (column.name.from !== column.name.to && column.on.length === 2)
      make.renames.push({
        kind: "column",
        from: `${on2(table, "from")}.${ident(column.name.from)}`,
        to: `${on2(table, "to")}.${ident(column.name.to)}`,
      });
  return table;
}

function drawColumn(make: Maker, table: Side[], types: Record<string, string>): Column {
  const family = make.pick(Object.keys(FAMILIES) as (keyof typeof FAMILIES)[]);
  const from = make.name();
  const on = make.on().filter((side) => table.includes(side));
  const generated = make.chance(10);
  const type = make.perSide(() => {
    const drawn = generated ? "text" : make.pick(FAMILIES[family].types);
    return types[drawn] ?? drawn;
  });
  const sql = { from: "", to: "" };
  const rules = make.perSide(() => ({ filled: make.chance(40), value: make.chance(40), text: make.text() }));
  for (const side of SIDES) {
    const rule = rules[side];
    const plain =
      type[side] === "text" && family === "word" && rule.value ? rule.text : FAMILIES[family].fallback;
    const value = rule.filled || rule.value ? ` DEFAULT ${plain}` : "";
    sql[side] = generated
      ? `text GENERATED ALWAYS AS (id::text || ${rule.text}) STORED`
      : `${type[side]}${value}${rule.filled ? " NOT NULL" : ""}`;
    // Only what PostgreSQL knows to be immutable.
    if (generated) sql[side] = sql[side].replace("id::text", "coalesce(kind, '')");
  }
  const renamed = on.length === 2 && make.chance(15);
  return {
    name: { from, to: renamed ? make.name() : from },
    family,
    on: on.length > 0 ? on : [...table],
    sql,
    type,
    generated,
    comment: make.perSide(() => (make.chance(30) ? make.text() : null)),
  };
}

function on2(table: Table, side: Side): string {
  return `${table.schema.startsWith('"') ? ident(table.schema.slice(1, -1).replaceAll('""', '"')) : table.schema}.${ident(table.name[side])}`;
}

/** As quote_ident writes it. */
function ident(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name) ? name : quoted(name);
}
const RESERVED = new Set<string>();

const columnsOn = (table: Table, side: Side) => table.columns.filter((column) => column.on.includes(side));

function createTable(make: Maker, table: Table): void {
  for (const side of table.on) {
    const name = `${table.schema}.${quoted(table.name[side])}`;
    const columns = columnsOn(table, side);
    const lines = [
      "id integer PRIMARY KEY",
      "kind text",
      ...columns.map((column) => `${quoted(column.name[side])} ${column.sql[side]}`),
    ];
    make.add(side, `CREATE TABLE ${name} (${lines.join(", ")})`);
    for (const column of columns)
      if (column.comment[side] !== null)
        make.add(side, `COMMENT ON COLUMN ${name}.${quoted(column.name[side])} IS ${column.comment[side]}`);
  }
}

function addParts(make: Maker, table: Table, tables: Table[], { call, trigger }: Routines): void {
  const target = make.pick(tables.slice(0, 2));
  const parts: ((side: Side, name: string, on: string) => string | null)[] = [];
  for (const column of table.columns) {
    const key = (side: Side) => quoted(column.name[side]);
    const there = (side: Side, sql: string) => (column.on.includes(side) ? sql : null);
    const literal = make.perSide(() => make.text());
    if (column.family === "key" && !column.generated)
      parts.push((side, name, on) =>
        there(
          side,
          `ALTER TABLE ${on} ADD CONSTRAINT ${name} FOREIGN KEY (${key(side)}) REFERENCES ${target.schema}.${quoted(target.name[side])} ON DELETE CASCADE`,
        ),
      );
    if (column.family === "number" && column.on.length === 2 && !column.generated)
      parts.push((side, name, on) =>
        there(side, `ALTER TABLE ${on} ADD CONSTRAINT ${name} UNIQUE (${key(side)})`),
      );
    parts.push((side, name, on) =>
      there(
        side,
        `ALTER TABLE ${on} ADD CONSTRAINT ${name} CHECK (${key(side)} IS NULL OR ${call}(kind) IS DISTINCT FROM ${literal[side]} OR true)`,
      ),
    );
    parts.push((side, name, on) =>
      there(side, `CREATE INDEX ${name} ON ${on} (${key(side)}) WHERE kind <> ${literal[side]}`),
    );
    parts.push((side, name, on) =>
      there(side, `CREATE INDEX ${name} ON ${on} (${call}(kind), ${key(side)} DESC)`),
    );
    parts.push((side, name, on) =>
      there(
        side,
        `CREATE POLICY ${name} ON ${on} USING (${key(side)} IS NOT NULL AND kind <> ${literal[side]})`,
      ),
    );
    parts.push((side, name, on) =>
      there(
        side,
        `CREATE TRIGGER ${name} BEFORE UPDATE OF ${key(side)} ON ${on} FOR EACH ROW WHEN (NEW.kind <> ${literal[side]}) EXECUTE FUNCTION ${trigger}(${literal[side]})`,
      ),
    );
    parts.push((side, _name, on) => there(side, `GRANT SELECT (${key(side)}) ON ${on} TO PUBLIC`));
  }
  for (const part of parts) {
    if (!make.chance(35)) continue;
    const name = make.perSide(() => quoted(make.name()));
    for (const side of make.on().filter((one) => table.on.includes(one)))
      make.add(side, part(side, name[side], `${table.schema}.${quoted(table.name[side])}`));
  }
  for (const side of table.on) {
    const on = `${table.schema}.${quoted(table.name[side])}`;
    if (make.chance(30)) make.add(side, `ALTER TABLE ${on} ENABLE ROW LEVEL SECURITY`);
    if (make.chance(30)) make.add(side, `COMMENT ON TABLE ${on} IS ${make.text()}`);
    if (make.chance(20)) make.add(side, `GRANT INSERT, SELECT ON ${on} TO PUBLIC`);
  }
}

function addViews(make: Maker, tables: Table[], { call }: Routines, place: () => string): void {
  const made: { name: string; on: Side[] }[] = [];
  for (let i = 0; i < 4; i++) {
    const table = make.pick(tables);
    const name = `${place()}.${quoted(make.name())}`;
    const below = make.chance(30) ? made.at(-1) : undefined;
    const on = make.on().filter((side) => (below ?? table).on.includes(side));
    const kind = make.chance(25) ? "MATERIALIZED VIEW" : "VIEW";
    const text = make.perSide(() => make.text());
    const output = make.perSide(() => quoted(make.name()));
    const routine = make.chance(30);
    for (const side of on) {
      const source = below ? below.name : `${table.schema}.${quoted(table.name[side])}`;
      const columns = below ? [] : columnsOn(table, side).map((column) => quoted(column.name[side]));
      const list = [
        "id",
        `${text[side]}::text AS ${output[side]}`,
        ...columns,
        ...(routine ? [`${call}('x') AS called`] : []),
      ];
      make.add(side, `CREATE ${kind} ${name} AS SELECT ${list.join(", ")} FROM ${source} WHERE id > 0`);
      if (make.chance(30))
        make.add(side, `COMMENT ON ${kind} ${name} IS ${text[side]}`, `GRANT SELECT ON ${name} TO PUBLIC`);
      if (kind === "MATERIALIZED VIEW" && make.chance(50))
        make.add(side, `CREATE UNIQUE INDEX ON ${name} (id)`);
    }
    if (on.length > 0) made.push({ name, on });
  }
}

function addPartitions(make: Maker, schema: string): void {
  const name = `${schema}.${quoted(make.name())}`;
  const names = [make.name(), make.name()].map((one) => `${schema}.${quoted(one)}`);
  const column = make.name();
  for (const side of make.on()) {
    const more = make.chance(50) ? `, ${quoted(column)} text DEFAULT ${make.text()}` : "";
    make.add(
      side,
      `CREATE TABLE ${name} (id integer NOT NULL, at date NOT NULL${more}) PARTITION BY RANGE (id)`,
    );
    names.forEach((one, i) => {
      if (make.chance(75))
        make.add(
          side,
          `CREATE TABLE ${one} PARTITION OF ${name} FOR VALUES FROM (${i * 10}) TO (${i * 10 + 10})`,
        );
    });
    if (make.chance(60)) make.add(side, `ALTER TABLE ${name} ADD PRIMARY KEY (id)`);
    if (make.chance(60)) make.add(side, `CREATE INDEX ON ${name} (at)`);
  }
}

function seedOf(table: Table): string {
  const columns = columnsOn(table, "from").filter((column) => !column.generated);
  const names = ["id", "kind", ...columns.map((column) => quoted(column.name.from))];
  const values = ["i", "'k'", ...columns.map((column) => seedValue(column))];
  return `INSERT INTO ${table.schema}.${quoted(table.name.from)} (${names.join(", ")}) SELECT ${values.join(", ")} FROM generate_series(1, 3) i;`;
}

function seedValue(column: Column): string {
  const { value } = FAMILIES[column.family];
  const type = column.type.from;
  return column.family === "word" ? `${value}::${type}` : column.family === "number" ? `i::${type}` : value;
}

/** Values of columns whose type stays; of the others, that each row has one. */
function sameOf(table: Table): RandomPair["same"] {
  const kept = table.columns.filter((column) => column.on.length === 2 && !column.generated);
  const query = (side: Side) => {
    const list = kept.map((column) => {
      const name = quoted(column.name[side]);
      return column.type.from === column.type.to ? `${name}::text` : `(${name} IS NOT NULL)::text`;
    });
    return `SELECT id, kind${list.map((one, i) => `, ${one} AS c${i}`).join("")} FROM ${table.schema}.${quoted(table.name[side])} ORDER BY id`;
  };
  return [{ from: query("from"), to: query("to") }];
}
