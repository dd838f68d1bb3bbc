/** One difference between two schema dumps, in a line. */
export interface SchemaChange {
  sign: "+" | "-" | "~";
  /** Table that a column or constraint belongs to; of others, the object itself. */
  object: string;
  /** `note text`, `INDEX orders_channel_idx`, `FUNCTION touch()`. */
  what: string;
}

/** CREATE … or ALTER TABLE … ADD CONSTRAINT …, as pg_dump writes them. */
const CREATED =
  /^CREATE (?:OR REPLACE )?(?:UNIQUE )?(TABLE|INDEX|VIEW|MATERIALIZED VIEW|FUNCTION|PROCEDURE|AGGREGATE|TRIGGER|TYPE|DOMAIN|SEQUENCE|SCHEMA|EXTENSION|POLICY|RULE|STATISTICS|EVENT TRIGGER)(?: IF NOT EXISTS)? (\S+)/;
const CONSTRAINT = /^ALTER TABLE (?:ONLY )?(\S+)\s+ADD CONSTRAINT (\S+) ([\s\S]*);$/;

/**
 * What changed between two dumps of the same server, object by object; columns and constraints of a table that is
 * in both stand alone. Texts only: which differences matter is the catalog's to say.
 * @param limit most lines of the answer
 */
export function describeSchemaChange(
  before: string,
  after: string,
  limit = 60,
): { changes: SchemaChange[]; more: number } {
  const was = readStatements(before);
  const is = readStatements(after);
  const changes: SchemaChange[] = [];
  for (const [key, text] of is) {
    const old = was.get(key);
    if (old === undefined) changes.push(...describeWhole("+", text));
    else if (old !== text) changes.push(...describeDifference(old, text));
  }
  for (const [key, text] of was) if (!is.has(key)) changes.push(...describeWhole("-", text));
  return { changes: changes.slice(0, limit), more: Math.max(0, changes.length - limit) };
}

/** Statements by what they make; bodies between dollar signs keep their semicolons. */
function readStatements(dump: string): Map<string, string> {
  const statements = new Map<string, string>();
  let lines: string[] = [];
  let tag: string | null = null;
  for (const line of dump.split("\n")) {
    if (lines.length === 0 && (line === "" || line.startsWith("--"))) continue;
    lines.push(line);
    for (const [dollar] of line.matchAll(/\$[A-Za-z_]*\$/g)) {
      if (tag === null) tag = dollar;
      else if (tag === dollar) tag = null;
    }
    if (tag !== null || !line.endsWith(";")) continue;
    const text = lines.join("\n");
    statements.set(keyOf(text), text);
    lines = [];
  }
  return statements;
}

function keyOf(text: string): string {
  const constraint = CONSTRAINT.exec(text);
  if (constraint) return `CONSTRAINT ${constraint[1]} ${constraint[2]}`;
  const created = CREATED.exec(text);
  if (!created) return text;
  // Overloads share a name; triggers and policies belong to a table.
  const [head] = text.split("\n");
  const more = /^(FUNCTION|PROCEDURE|AGGREGATE|TRIGGER|POLICY)$/.test(created[1] ?? "") ? head : "";
  return `${created[1]} ${created[2]} ${more}`;
}

function describeWhole(sign: "+" | "-", text: string): SchemaChange[] {
  const constraint = CONSTRAINT.exec(text);
  if (constraint)
    return [
      { sign, object: short(constraint[1] ?? ""), what: `${constraint[2]} ${oneLine(constraint[3] ?? "")}` },
    ];
  const created = CREATED.exec(text);
  if (!created) return isBookkeeping(text) ? [] : [{ sign, object: "", what: oneLine(text) }];
  const [, kind = "", name = ""] = created;
  const on = /^CREATE (?:UNIQUE )?INDEX \S+ ON (?:ONLY )?(\S+)/.exec(text)?.[1];
  return [{ sign, object: short(on ?? name), what: `${kind} ${short(name)}` }];
}

/** Owners, comments on nothing new and search paths follow from what stands beside them. */
function isBookkeeping(text: string): boolean {
  return /^(SET|SELECT pg_catalog\.|ALTER \w+( \w+)? \S+ OWNER TO)/.test(text);
}

function describeDifference(was: string, is: string): SchemaChange[] {
  const table = /^CREATE TABLE (\S+) \(\n/.exec(is)?.[1];
  const created = CREATED.exec(is);
  if (!table || !was.startsWith(`CREATE TABLE ${table} (`)) {
    return [
      {
        sign: "~",
        object: short(created?.[2] ?? ""),
        what: created ? `${created[1]} ${short(created[2] ?? "")}` : oneLine(is),
      },
    ];
  }
  const old = readColumns(was);
  const now = readColumns(is);
  const object = short(table);
  const changes: SchemaChange[] = [];
  for (const [name, text] of now) {
    const before = old.get(name);
    if (before === undefined) changes.push({ sign: "+", object, what: text });
    else if (before !== text) changes.push({ sign: "~", object, what: text });
  }
  for (const [name, text] of old) if (!now.has(name)) changes.push({ sign: "-", object, what: text });
  return changes.length > 0 ? changes : [{ sign: "~", object, what: `TABLE ${object}` }];
}

/** Lines between the brackets of CREATE TABLE, by column or constraint. */
function readColumns(text: string): Map<string, string> {
  const columns = new Map<string, string>();
  for (const line of text.split("\n").slice(1, -1)) {
    const column = line.trim().replace(/,$/, "");
    const name = /^CONSTRAINT \S+|^"(?:[^"]|"")+"|^\S+/.exec(column)?.[0];
    if (name) columns.set(name, column);
  }
  return columns;
}

function short(name: string): string {
  return name.replace(/^public\./, "").replace(/[(;].*$/s, "");
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, " ").replace(/;$/, "").trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
