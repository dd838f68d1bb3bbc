import type { BackupScope } from "../../core/backup/types";
import { keyOf } from "../../postgres/backup/inventory";

/** The same for scopes that hold the same, in whatever order they were written. */
export function scopeKey(scope: BackupScope): string {
  const names = scope.kind === "tables" ? scope.tables.map(keyOf) : "schemas" in scope ? scope.schemas : [];
  return JSON.stringify([scope.kind, ...new Set([...(names ?? [])].sort())]);
}
