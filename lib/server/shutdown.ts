type Closer = () => Promise<unknown>;

const CLOSE_LIMIT_MS = 20_000;

/** What was started, closed in the opposite order: pages, worker, store. */
export class Shutdown {
  private readonly closers: Closer[] = [];
  private closing: Promise<void> | undefined;

  get isClosing(): boolean {
    return this.closing !== undefined;
  }

  add(closer: Closer): void {
    this.closers.unshift(closer);
  }

  /** Closes everything once; one that fails does not keep the others open. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      for (const closer of this.closers) await closer().catch(() => undefined);
    })();
    return this.closing;
  }

  /** Ends the process with `code` when all is closed, or after the limit. A second signal ends it at once. */
  exit(code: number): void {
    if (this.closing) process.exit(code || 1);
    setTimeout(() => process.exit(code || 1), CLOSE_LIMIT_MS).unref();
    void this.close().then(() => process.exit(code));
  }

  onSignals(): void {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (!this.closing) process.stdout.write("\nStopping …\n");
        this.exit(0);
      });
    }
  }
}
