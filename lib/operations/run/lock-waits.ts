/**
 * Adds up how long a run waited for locks: for the runner's own, and of every statement in each of its attempts. The
 * watcher looks every few hundred milliseconds, so that a wait is known a little too short, and a shorter one not.
 */
export class LockWaits {
  private endedMs = 0;
  private open: { what: string; waitedMs: number; seenAt: number } | null = null;

  /** A statement's attempt has been seen waiting, for so long by now. */
  seen(what: string, waitedMs: number): void {
    if (this.open && (this.open.what !== what || waitedMs < this.open.waitedMs)) this.end();
    this.open = { what, waitedMs, seenAt: Date.now() };
  }

  /**
   * What was seen waiting waits no longer.
   * @param gaveUp it waited until this moment; otherwise it may have worked since it was last seen
   */
  end(gaveUp = false): void {
    if (!this.open) return;
    const { waitedMs, seenAt } = this.open;
    this.endedMs += waitedMs + (gaveUp ? Date.now() - seenAt : 0);
    this.open = null;
  }

  /** A wait that was measured from its beginning to its end. */
  add(waitedMs: number): void {
    this.endedMs += waitedMs;
  }

  get totalMs(): number {
    return this.endedMs + (this.open?.waitedMs ?? 0);
  }
}
