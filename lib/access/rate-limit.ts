import { waitingTime } from "../core/waiting-time";
import type { Db } from "../db/client";
import { DomainError } from "../errors";

export interface Limit {
  /** What is counted, without the value: "sign-in.account". */
  name: string;
  max: number;
  windowSeconds: number;
}

/**
 * Counts one attempt in the database (so that every process counts alike) and refuses the one past the limit.
 * Windows are fixed; the current one and the one before it are weighed together, so that two bursts at a
 * border do not pass.
 * @throws DomainError rate_limited with the values of waitingTime
 */
export async function countAttempt(db: Db, limit: Limit, value: string): Promise<void> {
  const key = `${limit.name}:${value}`;
  const width = limit.windowSeconds * 1000;
  const now = Date.now();
  const start = Math.floor(now / width) * width;
  const [row] = await db.$queryRaw<{ count: number; before: number }[]>`
    INSERT INTO rate_limit (key, window_start, count) VALUES (${key}, ${new Date(start)}, 1)
    ON CONFLICT (key, window_start) DO UPDATE SET count = rate_limit.count + 1
    RETURNING count, coalesce((
      SELECT b.count FROM rate_limit b WHERE b.key = ${key} AND b.window_start = ${new Date(start - width)}
    ), 0) AS before`;
  const elapsed = (now - start) / width;
  const { count, before } = row ?? { count: 0, before: 0 };
  if (count + before * (1 - elapsed) <= limit.max) return;
  const windows = windowsToWait({ count, before, elapsed, max: limit.max });
  const wait = waitingTime(Math.max(1, Math.ceil(windows * limit.windowSeconds)));
  const told = wait.retryAfterMinutes ? `${wait.retryAfterMinutes} min` : `${wait.retryAfterSeconds} s`;
  throw new DomainError(
    "rate_limited",
    "access.too_many_attempts",
    `Too many attempts. Try again in ${told}.`,
    { details: wait },
  );
}

/**
 * How long until one more attempt passes, in windows. The end of the current one is not enough: what was counted in it
 * weighs on the next.
 */
export function windowsToWait({
  count,
  before,
  elapsed,
  max,
}: {
  count: number;
  before: number;
  /** Of the current window: 0 to 1. */
  elapsed: number;
  max: number;
}): number {
  if (count < max) return 1 - (max - count - 1) / before - elapsed;
  return 1 - elapsed + Math.max(0, 1 - (max - 1) / count);
}

/** Forgets the attempts of a value, after one that succeeded. */
export async function clearAttempts(db: Db, limit: Limit, value: string): Promise<void> {
  await db.rateLimit.deleteMany({ where: { key: `${limit.name}:${value}` } });
}

/** Removes windows that no longer count. Called by the worker now and then. */
export async function sweepRateLimits(db: Db): Promise<void> {
  await db.rateLimit.deleteMany({ where: { windowStart: { lt: new Date(Date.now() - 24 * 3_600_000) } } });
}
