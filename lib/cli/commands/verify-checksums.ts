import { isApplied, migrationKey } from "../../core/plan/state";
import { count, paint, print, printJson } from "../output";
import { type CommonOptions, isJson, withSession } from "../session";

export async function verifyChecksums(options: CommonOptions): Promise<number> {
  return withSession(options, async ({ migrations, ledger }) => {
    const files = new Map(migrations.map((one) => [migrationKey(one), one]));
    const applied = ledger.filter(isApplied);
    const differ = applied.flatMap((row) => {
      const file = files.get(migrationKey(row));
      // A repeatable migration may change: that makes it due again.
      if (!file || file.checksum === row.checksum || file.kind === "repeatable") return [];
      return [{ service: row.service, filename: row.filename, applied: row.checksum, file: file.checksum }];
    });
    const missing = applied
      .filter((row) => !files.has(migrationKey(row)))
      .map(({ service, filename }) => ({ service, filename }));
    const checked = applied.length - missing.length;
    if (isJson(options)) printJson({ ok: differ.length === 0, checked, mismatches: differ, missing });
    else show(checked, differ, missing);
    if (differ.length === 0) return 0;
    return options.exitCode ? 2 : 1;
  });
}

function show(
  checked: number,
  differ: { filename: string; applied: string; file: string }[],
  missing: { filename: string }[],
): void {
  for (const { filename, applied, file } of differ) {
    print(`${paint.red("≠")} ${filename} was changed after it was applied`);
    print(paint.faint(`    applied ${applied}`));
    print(paint.faint(`    file    ${file}`));
  }
  for (const { filename } of missing)
    print(`${paint.yellow("?")} ${filename} is applied and has no file here`);
  if (differ.length === 0) print(`${paint.green("✓")} ${count(checked, "applied script")} as in the files.`);
  else print("Restore the files, or accept them as they are with `dbmigrator repair`.");
}
