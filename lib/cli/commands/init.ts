import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { MigrationSource } from "../../core/migration/types";
import type { ConnectionSpec } from "../../postgres/connection/connection-spec";
import { describeSpec } from "../../postgres/connection/connection-spec";
import { CONFIG_FILE, type Config, readConfig } from "../config";
import { loadMigrations } from "../files";
import { count, paint, print, printJson } from "../output";
import { appliedBy, type CommonOptions, isJson } from "../session";
import { findTarget, openTarget, requireTarget } from "../target";
import { timestamp } from "./create";

interface InitOptions extends CommonOptions {
  baseline?: boolean;
  allowManaged?: boolean;
}

interface Done {
  made: string[];
  ledger: string | null;
  baseline: string[];
}

/**
 * Makes what is missing and leaves alone what is there: dbmigrator.json, the folder of migrations and, when a target
 * is given, its ledger. With --baseline, what the target already has is recorded as applied: the migrations in the
 * folder, or a first migration written from the target's schema.
 */
export async function init(options: InitOptions): Promise<number> {
  const config = readConfig();
  const spec = options.baseline ? await requireTarget(options, config) : await findTarget(options, config);
  const folder = options.dir === undefined ? config.migrations : resolve(options.dir);
  const done: Done = { made: makeFiles(config, folder), ledger: null, baseline: [] };
  if (spec) await prepareTarget(spec, folder, config, options, done);
  if (isJson(options)) printJson(done);
  else show(done);
  return 0;
}

function makeFiles(config: Config, folder: string): string[] {
  const made: string[] = [];
  const place = (path: string) => relative(process.cwd(), path) || path;
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    made.push(place(folder));
  }
  if (!config.file) {
    const file = join(config.root, CONFIG_FILE);
    const migrations = `./${relative(config.root, folder).replaceAll("\\", "/")}`;
    const content = { migrations, environments: {} };
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { flag: "wx" });
    made.push(place(file));
  }
  return made;
}

async function prepareTarget(
  wanted: ConnectionSpec,
  folder: string,
  config: Config,
  options: InitOptions,
  done: Done,
): Promise<void> {
  const { client, spec } = await openTarget(wanted);
  const { closeConnection } = await import("../../postgres/connection/connect");
  const { ensureLedger, recordBaseline, requireUnmanaged } = await import("../../postgres/ledger/ledger");
  try {
    if (!options.allowManaged) await requireUnmanaged(client);
    if (options.baseline && loadMigrations(folder, config.service).length === 0) {
      done.made.push(...(await writeBaseline(spec, folder, options.service)));
    }
    await ensureLedger(client);
    done.ledger = describeSpec(spec);
    if (!options.baseline) return;
    const { acquireRunnerLock } = await import("../../postgres/runner/session");
    await acquireRunnerLock(client, 60_000, () => undefined);
    done.baseline = await recordBaseline(client, chosen(folder, config, options), {
      appliedBy: appliedBy(),
      runId: randomUUID(),
    });
  } finally {
    await closeConnection(client);
  }
}

function chosen(folder: string, config: Config, options: InitOptions): MigrationSource[] {
  const all = loadMigrations(folder, config.service);
  return options.service ? all.filter((one) => one.service === options.service) : all;
}

/** The target's schema as the first migration, so that an empty database can be brought to the same state. */
async function writeBaseline(
  spec: ConnectionSpec,
  folder: string,
  service: string | undefined,
): Promise<string[]> {
  const { dumpSchema } = await import("../../postgres/dump/dump");
  const schema = await dumpSchema(spec);
  const place = service ? join(folder, service) : folder;
  mkdirSync(place, { recursive: true });
  const file = join(place, `${timestamp(new Date())}_baseline.up.sql`);
  const note = `-- The schema of ${spec.database} when DBMigrator was set up.\n`;
  writeFileSync(file, `${note}SET LOCAL check_function_bodies = off;\n\n${schema}`, { flag: "wx" });
  return [relative(process.cwd(), file)];
}

function show({ made, ledger, baseline }: Done): void {
  for (const path of made) print(`${paint.green("✓")} made ${path}`);
  if (ledger) print(`${paint.green("✓")} the ledger is in ${ledger} (schema dbmigrator)`);
  for (const name of baseline) print(`${paint.green("✓")} recorded ${name} as applied`);
  if (baseline.length > 0) print(`${count(baseline.length, "migration")} recorded; none of them was run.`);
  else if (made.length === 0 && !ledger) print("Everything is there already.");
  if (baseline.length === 0) print("Next: `dbmigrator create NAME`, then `dbmigrator up`.");
}
