import type pg from "pg";

/** Work for one session, beside that of others. */
export interface ParallelStep {
  /** Keys of the tables that it locks. */
  tables: readonly string[];
  /** It runs alone on each of its tables. */
  exclusive: boolean;
  /** Brings what the others on its tables work with: they wait for it, also while it waits itself. */
  first?: boolean;
  /** Bytes of the tables: the long ones are begun first. */
  weight: number;
  run(client: pg.Client): Promise<void>;
}

/**
 * Each session takes the heaviest step whose tables are free, those that others wait for before all; two that meet in
 * a table never wait for each other in the server.
 * @throws the first step's error, once the steps that were under way have ended; the signal's reason
 */
export async function runParallel(
  clients: readonly pg.Client[],
  steps: readonly ParallelStep[],
  signal?: AbortSignal,
): Promise<void> {
  const waiting = [...steps].sort(
    (a, b) => Number(b.first ?? false) - Number(a.first ?? false) || b.weight - a.weight,
  );
  const expected = new Map<string, number>();
  for (const step of steps) if (step.first) add(expected, step.tables, 1);
  const held = new Map<string, number>();
  let wake: (() => void)[] = [];
  let failed: { error: unknown } | undefined;
  const isFree = ({ tables, exclusive, first }: ParallelStep) =>
    tables.every((key) => {
      const count = held.get(key) ?? 0;
      return (exclusive ? count === 0 : count >= 0) && (first || !expected.get(key));
    });
  // Negative: one that has to be alone.
  const hold = ({ tables, exclusive }: ParallelStep, by: 1 | -1) => add(held, tables, exclusive ? -by : by);
  const work = async (client: pg.Client) => {
    while (waiting.length > 0 && !failed) {
      signal?.throwIfAborted();
      const at = waiting.findIndex(isFree);
      if (at === -1) {
        await new Promise<void>((resolve) => wake.push(resolve));
        continue;
      }
      const [step] = waiting.splice(at, 1) as [ParallelStep];
      hold(step, 1);
      try {
        await step.run(client);
      } catch (error) {
        failed ??= { error };
      } finally {
        hold(step, -1);
        if (step.first) add(expected, step.tables, -1);
        for (const one of wake) one();
        wake = [];
      }
    }
  };
  const results = await Promise.allSettled(clients.map(work));
  if (failed) throw failed.error;
  const stopped = results.find((result) => result.status === "rejected");
  if (stopped) throw stopped.reason;
}

function add(counts: Map<string, number>, keys: readonly string[], by: number): void {
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + by);
}
