import { setTimeout as pause } from "node:timers/promises";

export interface AtWorkOptions {
  /** Milliseconds between two signs of life. */
  heartbeatMs: number;
  /** Milliseconds between two writes while the progress changes. */
  flushMs: number;
  /**
   * Says that the work lives and how far it is, guarded by its attempt number.
   * @param progress null: as before
   * @returns null when somebody else has it now
   */
  beat(progress: unknown): Promise<{ cancel: boolean } | null>;
  /** Ends the work from outside, as a cancellation. */
  signal?: AbortSignal | undefined;
}

export type AtWork<T> =
  | { kind: "done"; value: T }
  | { kind: "failed"; error: unknown }
  | { kind: "cancelled" }
  /** Another worker took it over: nothing may be written any more. */
  | { kind: "lost" };

/** Does long work with a heartbeat; it is stopped when somebody cancels it or another worker took it over. */
export async function whileAtWork<T>(
  options: AtWorkOptions,
  work: (signal: AbortSignal, report: (progress: unknown) => void) => Promise<T>,
): Promise<AtWork<T>> {
  const cancel = new AbortController();
  const lost = new AbortController();
  const ended = new AbortController();
  let latest: unknown = null;
  const beating = keepBeating(
    options,
    ended.signal,
    () => {
      const taken = latest;
      latest = null;
      return taken;
    },
    { cancel, lost },
  );
  const outside = options.signal ? [options.signal] : [];
  const signal = AbortSignal.any([cancel.signal, lost.signal, ...outside]);
  try {
    const value = await work(signal, (progress) => {
      latest = progress;
    });
    if (lost.signal.aborted) return { kind: "lost" };
    return { kind: "done", value };
  } catch (error) {
    if (lost.signal.aborted) return { kind: "lost" };
    if (cancel.signal.aborted || options.signal?.aborted) return { kind: "cancelled" };
    return { kind: "failed", error };
  } finally {
    ended.abort();
    await beating;
  }
}

async function keepBeating(
  { heartbeatMs, flushMs, beat }: AtWorkOptions,
  ended: AbortSignal,
  takeProgress: () => unknown,
  { cancel, lost }: { cancel: AbortController; lost: AbortController },
): Promise<void> {
  let last = 0;
  while (!ended.aborted) {
    const progress = takeProgress();
    if (progress !== null || Date.now() - last >= heartbeatMs) {
      last = Date.now();
      // A store that is away for a moment must not end the work; silence for long lets another take it over.
      const mine = await beat(progress).catch(() => undefined);
      if (mine === null) return lost.abort(new Error("It was taken over."));
      if (mine?.cancel) cancel.abort(new Error("It was cancelled."));
    }
    await pause(flushMs, undefined, { signal: ended }).catch(() => {});
  }
}

/** The store may be away for a moment just when the outcome is known: it is kept, and written when it is back. */
export async function retryWrite<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (attempt >= 5) throw error;
      await pause(500 * 2 ** attempt);
    }
  }
}
