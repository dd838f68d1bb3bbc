import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { compareSchemas } from "../../core/comparison/compare-schemas";
import { emptySnapshot } from "../../core/comparison/empty";
import { plainSql, planBothWays } from "../../core/comparison/plan-sql";
import { escapeHtml, page } from "../../core/comparison/report-html";
import { comparisonText } from "../../core/comparison/report-text";
import { writeSnapshotFile } from "../../core/comparison/snapshot-file";
import type { Snapshot } from "../../core/schema/types";
import { closeConnection } from "../../postgres/connection/connect";
import { describeSpec } from "../../postgres/connection/connection-spec";
import type { BothSides, SideSource } from "../../postgres/replay/read-sides";
import { remarksOf, versionText } from "../comparison-output";
import { type Config, readConfig } from "../config";
import { note, warn } from "../output";
import { findSide } from "../sides";
import { openTarget, requireTarget } from "../target";
import { type ComparisonFlags, onScratch, outputOf } from "./compare";

interface SnapshotOptions extends ComparisonFlags {
  source?: string;
}

/** Writes a schema down: JSON (and the page) can be compared later, SQL makes it anew, text is for reading. */
export async function snapshot(given: string | undefined, options: SnapshotOptions): Promise<number> {
  const output = outputOf(options.output || options.format || options.json ? options : { format: "json" });
  const config = readConfig();
  const source = await findSource(given === undefined ? options : { ...options, source: given }, config);
  const sides = await onScratch(async (embedded, signal) => {
    const { readSides } = await import("../../postgres/replay/read-sides");
    const nothing = { kind: "snapshot" as const, label: "", snapshot: emptySnapshot(180_000, "") };
    return readSides(nothing, source, {
      embedded,
      place: "embedded",
      scope: { schemas: options.schema ?? [], exclude: options.exclude ?? [] },
      signal,
    });
  });
  const { target } = sides;
  for (const remark of remarksOf(sides)) warn(remark);
  const text = render(output.format, target.label, target.snapshot, sides);
  if (output.file === null) process.stdout.write(text);
  else {
    writeFileSync(resolve(output.file), text);
    note(`Written to ${output.file}.`);
  }
  return 0;
}

/** A side as `compare` takes it, or the target of --url, --env and DB_CONNECTION. */
async function findSource(options: SnapshotOptions, config: Config): Promise<SideSource> {
  if (options.source !== undefined) return findSide(options.source, config, options.service);
  const { client, spec } = await openTarget(await requireTarget(options, config));
  await closeConnection(client);
  return { kind: "database", label: options.env ?? describeSpec(spec), spec };
}

function render(format: string, label: string, schema: Snapshot, sides: BothSides): string {
  const file = writeSnapshotFile(schema, { label, takenAt: new Date() });
  if (format === "json") return `${JSON.stringify(file, null, 1)}\n`;
  const comparison = compareSchemas(emptySnapshot(schema.version, schema.currentRole, schema), schema);
  const listing = comparisonText(comparison.lines).replace(/^(\s*)\+ /gm, "$1");
  if (format === "text") return `${label} (PostgreSQL ${versionText(schema)})\n${listing}\n`;
  const ways = planBothWays(comparison);
  if (format === "sql") return plainSql(ways.plan.up);
  const remarks = remarksOf(sides)
    .map((one) => `<li>${escapeHtml(one)}</li>`)
    .join("");
  // A closing tag inside the data would end it.
  const data = JSON.stringify(file).replaceAll("<", "\\u003c");
  return page(
    `Schema of ${label}`,
    `<header><h1>Schema of ${escapeHtml(label)}</h1><p>PostgreSQL ${versionText(schema)} · ${file.takenAt} · ${schema.facts.size} objects</p></header>
${remarks ? `<h2>Remarks</h2><ul>${remarks}</ul>` : ""}
<h2>Objects</h2><pre tabindex="0" aria-label="Objects">${escapeHtml(listing)}</pre>
<h2>SQL</h2><pre tabindex="0" aria-label="SQL">${escapeHtml(ways.up)}</pre>`,
    `<script type="application/json" id="dbmigrator-snapshot">${data}</script>`,
  );
}
