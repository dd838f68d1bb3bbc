import pg from "pg";
import { readMigrations } from "../core/migration/layouts";
import type { MigrationSource } from "../core/migration/types";
import { planDown, planUp } from "../core/plan/plan";
import type { RunEvent, RunOutcome } from "../core/run/types";
import { readLedger } from "../postgres/ledger/ledger";
import { type RunOptions, runMigrations } from "../postgres/runner/runner";
import { type TestDatabase, testDatabase } from "./postgres";

export type Scripts = Record<string, string>;

/** A database to migrate, with a plain client beside the runner to look at what it did. */
export interface MigrationBench {
  database: TestDatabase;
  client: pg.Client;
  sources(service: string, scripts: Scripts): MigrationSource[];
  up(service: string, scripts: Scripts, options?: Partial<RunOptions>): Promise<RunOutcome>;
  down(service: string, scripts: Scripts, options?: Partial<RunOptions>): Promise<RunOutcome>;
  /** First column of the first row. */
  value(sql: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function migrationBench(major: 14 | 15 | 18 = 18): Promise<MigrationBench> {
  const database = await testDatabase({ major });
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  const sources = (service: string, scripts: Scripts) => {
    const files = Object.entries(scripts).map(([path, content]) => ({ path, content }));
    return readMigrations(files, { service }).migrations;
  };
  return {
    database,
    client,
    sources,
    async up(service, scripts, options = {}) {
      const { steps } = planUp(sources(service, scripts), await readLedger(client));
      return runMigrations({ spec: database.spec, steps, appliedBy: "test", ...options });
    },
    async down(service, scripts, options = {}) {
      const { steps } = planDown(sources(service, scripts), await readLedger(client), { service });
      return runMigrations({ spec: database.spec, steps, appliedBy: "test", ...options });
    },
    async value(sql) {
      const found = await client.query({ text: sql, rowMode: "array" });
      return found.rows[0]?.[0];
    },
    async close() {
      await client.end();
      await database.drop();
    },
  };
}

/** Resolves when an event of a type has come, for acting in the middle of a run. */
export function eventWaiter(): {
  onEvent(event: RunEvent): void;
  events: RunEvent[];
  seen(type: RunEvent["type"], count?: number): Promise<void>;
} {
  const events: RunEvent[] = [];
  const waiting = new Set<() => void>();
  return {
    events,
    onEvent(event) {
      events.push(event);
      for (const check of waiting) check();
    },
    seen: (type, count = 1) =>
      new Promise((resolve) => {
        const check = () => {
          if (events.filter((event) => event.type === type).length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}
