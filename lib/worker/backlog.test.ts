import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { db } from "../db/client";
import { boss, closeQueue, enqueue, takeJobs } from "../queue/queue";
import { metadataDatabase, type TestDatabase } from "../testing/postgres";

let store: TestDatabase;

beforeAll(async () => {
  store = await metadataDatabase();
});
afterAll(async () => {
  await closeQueue();
  await db().$disconnect();
  await store.drop();
});

it("works a backlog off without a pause between its jobs", async () => {
  await boss();
  const ids = Array.from({ length: 12 }, () => crypto.randomUUID());
  for (const targetId of ids) await enqueue(db(), "target.sync", { targetId });
  const done: string[] = [];
  const started = Date.now();
  // A poll that no job can wait for: what pg-boss does by itself, at the pace of its polls.
  const polling = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 60 };
  await takeJobs("target.sync", 2, polling, async (jobs) => {
    done.push(...jobs.map(({ data }) => data.targetId));
  });
  await vi.waitFor(() => expect([...done].sort()).toEqual([...ids].sort()), { timeout: 20_000 });
  expect(Date.now() - started).toBeLessThan(20_000);
});
