import type { DiagramDeployment, DiagramTable, DiagramView } from "@/lib/operations/schema/views";

/** Which columns a box names. */
export type Shown = "keys" | "all" | "none";

export type Change = "added" | "removed" | "changed";

export interface BoxLine {
  name: string;
  type: string;
  key: boolean;
  foreign: boolean;
  change: Change | null;
}

/** A table as it is drawn; sizes in pixels. */
export interface Box {
  /** Node id: the ordinal, or the name of a table that a deployment will make. */
  node: string;
  /** Id of the table; null: it is not there yet. */
  id: string | null;
  schema: string;
  name: string;
  lines: BoxLine[];
  /** Columns that are not named. */
  more: number;
  change: Change | null;
  width: number;
  height: number;
}

export const TITLE_HEIGHT = 32;
export const LINE_HEIGHT = 20;
const PADDING = 6;
/** Width of a character of the mono font at 12 and at 11 pixels. */
const TITLE_CHAR = 7.3;
const LINE_CHAR = 6.7;
const MOST_LINES = 24;

/** The boxes of a diagram, with what a deployment changes in each; tables that it makes come last. */
export function boxesOf(diagram: DiagramView, shown: Shown): Box[] {
  const changes = new Map((diagram.deployment?.changes ?? []).map((one) => [one.table, one]));
  const several = new Set(diagram.tables.map((table) => table.schema)).size > 1;
  const boxes = diagram.tables.map((table) => {
    const change = changes.get(`${table.schema}.${table.name}`);
    changes.delete(`${table.schema}.${table.name}`);
    return boxOf(table, change, shown, several);
  });
  for (const change of changes.values()) if (change.change === "added") boxes.push(ghostOf(change));
  return boxes;
}

type TableChange = DiagramDeployment["changes"][number];

function boxOf(table: DiagramTable, change: TableChange | undefined, shown: Shown, several: boolean): Box {
  const altered = new Map(
    (change?.lines ?? []).filter((line) => line.column).map((line) => [line.name, line.change]),
  );
  const all: BoxLine[] = table.columns.map((column) => ({
    name: column.name,
    type: column.type,
    key: column.key,
    foreign: column.foreign,
    change: altered.get(column.name) ?? null,
  }));
  for (const [name, kind] of altered) {
    if (kind === "added" && !table.columns.some((column) => column.name === name))
      all.push({ name, type: "", key: false, foreign: false, change: kind });
  }
  const lines = all.filter(
    (line) => shown === "all" || line.change !== null || (shown === "keys" && (line.key || line.foreign)),
  );
  const cut = lines.slice(0, MOST_LINES);
  const more = shown === "none" ? 0 : all.length - cut.length + table.moreColumns;
  const title = several ? `${table.schema}.${table.name}` : table.name;
  return {
    node: String(table.ordinal),
    id: table.id,
    schema: several ? table.schema : "",
    name: table.name,
    lines: cut,
    more,
    change: change?.change ?? null,
    ...sizeOf(title, cut, more, change !== undefined),
  };
}

function ghostOf(change: TableChange): Box {
  const dot = change.table.indexOf(".");
  return {
    node: `new:${change.table}`,
    id: null,
    schema: change.table.slice(0, dot),
    name: change.table.slice(dot + 1),
    lines: [],
    more: 0,
    change: "added",
    ...sizeOf(change.table, [], 0, true),
  };
}

function sizeOf(
  title: string,
  lines: BoxLine[],
  more: number,
  marked: boolean,
): { width: number; height: number } {
  const widest = Math.max(
    title.length * TITLE_CHAR + (marked ? 78 : 0),
    ...lines.map((line) => (line.name.length + Math.min(line.type.length, 18) + 2) * LINE_CHAR + 22),
  );
  const rows = lines.length + (more > 0 ? 1 : 0);
  return {
    width: Math.round(Math.min(Math.max(widest + 24, 140), 340)),
    height: TITLE_HEIGHT + (rows === 0 ? 0 : rows * LINE_HEIGHT + PADDING),
  };
}
