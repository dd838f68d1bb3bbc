import { readFileSync } from "node:fs";
import type { MigrationSource } from "../core/migration/types";
import { planUp } from "../core/plan/plan";
import { closeConnection, openConnection } from "../postgres/connection/connect";
import { readLedger } from "../postgres/ledger/ledger";
import { runMigrations } from "../postgres/runner/runner";

/** A runner in a process of its own, for tests that kill it. */
const spec = JSON.parse(process.env.TEST_SPEC ?? "");
const migrations = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as MigrationSource[];
const client = await openConnection({ ...spec, applicationName: "dbmigrator runner" });
const { steps } = planUp(migrations, await readLedger(client));
process.stdout.write("ready\n");
const mode = process.env.TEST_MODE === "single_transaction" ? "single_transaction" : "each";
await runMigrations({ spec, client, steps, appliedBy: "child", mode });
await closeConnection(client);
