interface LockFile {
  packages: Record<string, { version: string; resolved?: string; dev?: boolean }>;
}
export function missingOptional(
  lock: LockFile,
): { path: string; name: string; version: string; dev?: true }[];
export function withAddress(lock: LockFile): string[];
