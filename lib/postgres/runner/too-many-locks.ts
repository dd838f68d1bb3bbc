import { DomainError } from "../../errors";

/**
 * One transaction holds a lock on every table that it reads or makes, and the server's table of locks is of fixed size
 * (docs: max_locks_per_transaction).
 * @param reason the server's words
 */
export function tooManyLocks(reason: string, cause?: unknown): DomainError {
  return new DomainError(
    "target",
    "backup.too_many_locks",
    "The server has no room for a lock on every table.",
    {
      details: { reason },
      hint: "Raise max_locks_per_transaction and restart the server, or work schema by schema.",
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
