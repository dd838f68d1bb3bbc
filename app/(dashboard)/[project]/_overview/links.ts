import type { CellNext, MatrixCell, NeedsYou } from "@/lib/operations/overview/views";

export function deploymentHref(slug: string, number: number): string {
  return `/${slug}/deployments/${number}`;
}

export function migrationsHref(slug: string, service: string, environment?: string): string {
  const query = new URLSearchParams({ service, ...(environment ? { environment } : {}) });
  return `/${slug}/migrations?${query}`;
}

export function driftHref(slug: string, targetId: string): string {
  return `/${slug}/drift/${targetId}`;
}

/** Where the one thing to do for this row is done. */
export function needHref(slug: string, need: NeedsYou): string {
  if (need.kind === "problem") return migrationsHref(slug, need.service, need.environment.name);
  if (need.kind === "drift") return driftHref(slug, need.targetId);
  if (need.kind === "backup_overdue") return `/${slug}/backups/new?target=${need.targetId}`;
  if (need.kind === "backup_failed" || "restoreId" in need) return `/${slug}/backups/${need.backupId}`;
  if (need.kind === "unreachable") return `/${slug}/settings/targets`;
  return deploymentHref(slug, need.number);
}

/** Where a cell of the matrix leads. */
export function cellHref(slug: string, cell: MatrixCell, service: string, environment: string): string {
  const next: CellNext = cell.next;
  switch (next.kind) {
    case "deploy":
      return `/${slug}/deployments/new?target=${next.targetId}`;
    case "review":
    case "follow":
    case "open_failed":
    case "settle":
      return deploymentHref(slug, next.number);
    case "drift":
      return driftHref(slug, next.targetId);
    case "target":
      return `/${slug}/settings/targets`;
    default:
      return migrationsHref(slug, service, environment);
  }
}

/** A version of fourteen digits as its day, the way people say it; others as they are. */
export function shortVersion(version: string): string {
  return /^\d{14}$/.test(version) ? version.slice(0, 8) : version;
}

/**
 * From which version to which, shortened as one of them would be unless that makes them the same: two of one day.
 * @param nothing the word for null, before the first
 */
export function versionRange(
  from: string | null,
  to: string | null,
  nothing: string,
): { from: string; to: string } {
  const tell = (write: (version: string) => string) => ({
    from: from === null ? nothing : write(from),
    to: to === null ? nothing : write(to),
  });
  const short = tell(shortVersion);
  return short.from === short.to && from !== to ? tell(String) : short;
}
