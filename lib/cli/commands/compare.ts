import { writeFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import { compareSchemas } from "../../core/comparison/compare-schemas";
import { DomainError } from "../../errors";
import type { ConnectionSpec } from "../../postgres/connection/connection-spec";
import type { BothSides } from "../../postgres/replay/read-sides";
import { FORMATS, type Format, remarksOf, render } from "../comparison-output";
import { readConfig } from "../config";
import { note, warn } from "../output";
import { questionText, renamesOf } from "../renames";
import { scratchServer } from "../scratch";
import type { CommonOptions } from "../session";
import { findSide } from "../sides";

export interface ComparisonFlags extends Omit<CommonOptions, "format"> {
  format?: Format;
  /** A format, as with --format, or a file. */
  output?: string;
  schema?: string[];
  exclude?: string[];
  rename?: string[];
  online?: boolean;
  owners: boolean;
  privileges: boolean;
}

interface CompareOptions extends ComparisonFlags {
  source: string;
  target: string;
  roles?: boolean;
}

/** Compares any two schemas; what it prints as SQL turns the source into the target. */
export async function compare(options: CompareOptions): Promise<number> {
  const output = outputOf(options);
  const config = readConfig();
  const source = await findSide(options.source, config, options.service);
  const target = await findSide(options.target, config, options.service);
  const sides = await onScratch(async (embedded, signal) => {
    const { readSides } = await import("../../postgres/replay/read-sides");
    return readSides(source, target, {
      embedded,
      // Never on a server that somebody named: nothing is written there.
      place: "embedded",
      scope: { schemas: options.schema ?? [], exclude: options.exclude ?? [] },
      ignoreOwners: !options.owners,
      roles: options.roles ?? false,
      signal,
    });
  });
  if (options.roles && (source.kind !== "database" || target.kind !== "database"))
    warn("roles are compared of two databases only.");
  return tell(sides, options, output);
}

export interface Output {
  format: Format;
  file: string | null;
}

/** --output names a format, like --format does, or a file, whose ending then says the format. */
export function outputOf(options: { format?: Format; output?: string; json?: boolean }): Output {
  const { output } = options;
  const named = isFormat(output) ? output : undefined;
  const file = output === undefined || named ? null : output;
  const asked = options.json ? "json" : (options.format ?? named);
  if (asked) return { format: asked, file };
  if (file === null) return { format: "text", file };
  const ending = { ".txt": "text", ".htm": "html" }[extname(file)] ?? extname(file).slice(1);
  if (isFormat(ending)) return { format: ending, file };
  throw new DomainError(
    "validation",
    "cli.output",
    `${file} does not say in which format it is to be written.`,
    {
      hint: `Add --format ${FORMATS.join("|")}.`,
    },
  );
}

function isFormat(value: string | undefined): value is Format {
  return (FORMATS as readonly string[]).includes(value ?? "");
}

/** Does something with a scratch server that is there if it is needed, and is stopped in any case. */
export async function onScratch<T>(
  work: (embedded: (major: number) => Promise<ConnectionSpec>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const scratch = scratchServer();
  const stop = new AbortController();
  const onSignal = () => stop.abort(new DomainError("conflict", "run.cancelled", "It was cancelled."));
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    return await work(scratch.start, stop.signal);
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    await scratch.stop();
  }
}

/** Prints or writes a comparison. @param more for JSON, beside the comparison. @returns the exit code */
export function tell(
  sides: BothSides,
  options: ComparisonFlags,
  output: Output,
  more: Record<string, unknown> = {},
): number {
  const comparison = compareSchemas(
    sides.source.snapshot,
    sides.target.snapshot,
    { owners: sides.ownersIgnored, grants: !options.privileges },
    { renames: renamesOf(options.rename ?? [], sides), online: options.online ?? false },
  );
  for (const remark of remarksOf(sides)) warn(remark);
  for (const question of comparison.questions) warn(questionText(question));
  const text = render(output.format, sides, comparison, more);
  if (output.file === null) process.stdout.write(text);
  else {
    writeFileSync(resolve(output.file), text);
    note(`Written to ${output.file}.`);
  }
  return options.exitCode && comparison.lines.length > 0 ? 2 : 0;
}
