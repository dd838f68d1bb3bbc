const HINTS: Record<string, string> = {
  // invalid_transaction_termination: a procedure or DO block that commits, in a transaction of the runner or its own
  "2D000":
    "Code that commits cannot run inside of a transaction: write `-- dbmigrator: transaction=none` at the top of the script, and no BEGIN around it.",
};

/** PostgreSQL's own hint about a failure, or ours where it has none and a migration can do something about it. */
export function hintOf(error: { code?: string | undefined; hint?: string | undefined }): { hint?: string } {
  const hint = error.hint ?? HINTS[error.code ?? ""];
  return hint ? { hint } : {};
}
