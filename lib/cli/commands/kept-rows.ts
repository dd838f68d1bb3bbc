import { closeConnection } from "../../postgres/connection/connect";
import { listUndo, purgeUndo, type UndoEntry } from "../../postgres/undo/store";
import { readConfig } from "../config";
import { print, printJson, printTable } from "../output";
import { type CommonOptions, isJson } from "../session";
import { openTarget, requireTarget } from "../target";

/** Rows kept in the target, newest first. */
export async function listKeptRows(options: CommonOptions): Promise<number> {
  const { client } = await openTarget(await requireTarget(options, readConfig()));
  try {
    const entries = await listUndo(client);
    if (isJson(options)) printJson({ entries });
    else if (entries.length === 0) print("Nothing is kept here.");
    else
      printTable(
        [
          ...[{ title: "id" }, { title: "migration" }, { title: "what" }, { title: "rows" }],
          ...[{ title: "KiB" }, { title: "until" }, { title: "state" }],
        ],
        entries.map((one) => [
          ...[one.id, `${one.filename} ${one.statement}`, what(one), String(one.rows)],
          ...[String(Math.ceil(one.bytes / 1024)), one.expiresAt.toISOString().slice(0, 16), one.state],
        ]),
      );
    return 0;
  } finally {
    await closeConnection(client);
  }
}

/** Gives the room of kept rows back. */
export async function purgeKeptRows(options: CommonOptions & { id?: string[] }): Promise<number> {
  const { client } = await openTarget(await requireTarget(options, readConfig()));
  try {
    const { entries, bytes } = await purgeUndo(client, options.id ? { ids: options.id } : {});
    if (isJson(options)) printJson({ entries, bytes });
    else print(`Removed: ${entries}, ${Math.ceil(bytes / 1024)} KiB.`);
    return 0;
  } finally {
    await closeConnection(client);
  }
}

function what({ kind, relation, columns }: UndoEntry): string {
  const wholeRows = kind === "drop_table" || kind === "truncate" || kind === "delete";
  return wholeRows ? `rows of ${relation}` : `${columns.join(", ")} of ${relation}`;
}
