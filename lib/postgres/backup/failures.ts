import pg from "pg";
import { DomainError } from "../../errors";
import { mapConnectError } from "../connection/connect";
import type { ConnectionSpec } from "../connection/connection-spec";
import { tooManyLocks } from "../runner/too-many-locks";
import { noSpace } from "./estimate";

const FULL = new Set(["ENOSPC", "EDQUOT"]);
/** A disk or a network drive that fails; what it does not give to read is told by the store itself. */
const BROKEN = new Set(["EIO", "ESTALE", "ENXIO", "ENODEV", "EREMOTEIO"]);
const FORBIDDEN = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * What a failure of a backup or a restore means for its reader: the storage's, the server's or the connection's.
 * Bugs of ours stay what they are.
 */
export function mapFailure(
  error: unknown,
  where: { spec: ConnectionSpec; location: string; signal?: AbortSignal | undefined },
): unknown {
  if (where.signal?.aborted) return where.signal.reason;
  if (error instanceof DomainError) return error;
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (FULL.has(code)) return noSpace(where.location, { reason: message }, error);
  if (BROKEN.has(code)) return storageFailed(where.location, code, error);
  if (code === "EFBIG") return fileTooLarge(where.location, message, error);
  if (isForbidden(error)) return notWritable(where.location, message, error);
  if (error instanceof pg.DatabaseError) return fromServer(error, where.spec);
  if (isConnectionFailure(code, message)) return mapConnectError(error, where.spec);
  return error;
}

/** Of a file: the process may not write there. */
export const isForbidden = (error: unknown): boolean =>
  FORBIDDEN.has((error as { code?: string } | null)?.code ?? "");

function isConnectionFailure(code: string, message: string): boolean {
  return (
    /^E(CONN|PIPE|HOST|NET|TIMEDOUT|ADDR)/.test(code) ||
    /terminated unexpectedly|not queryable|connection (ended|closed)/i.test(message)
  );
}

/** Class 57 and 58: the server stops or its disk fails; 53: it has no room; the rest is told in its own words. */
function fromServer(error: pg.DatabaseError, spec: ConnectionSpec): DomainError {
  const code = error.code ?? "";
  if (code === "53200" && error.hint?.includes("max_locks_per_transaction"))
    return tooManyLocks(error.message, error);
  if (/^(57P0\d|53100|53200|53300)$/.test(code)) return mapConnectError(error, spec);
  if (code === "42501") {
    return new DomainError("target", "backup.not_allowed", `The role may not do this: ${error.message}.`, {
      details: { reason: error.message, sqlState: code },
      hint: "Use the owner of the objects or a superuser, or grant the role what is missing.",
      cause: error,
    });
  }
  return new DomainError(
    "target",
    "backup.server_refused",
    `${spec.database} at ${spec.host}: ${error.message}`,
    {
      details: { database: spec.database, host: spec.host, reason: error.message, sqlState: code },
      hint: "The server's own words say why; its log may say more.",
      cause: error,
    },
  );
}

function storageFailed(location: string, reason: string, cause: unknown): DomainError {
  return new DomainError("target", "backup.storage_failed", `Writing to ${location} failed: ${reason}.`, {
    details: { location, reason },
    hint: "Look whether its disk or network drive is well (the system's log says more), or choose another storage.",
    cause,
  });
}

function fileTooLarge(location: string, reason: string, cause: unknown): DomainError {
  return new DomainError(
    "precondition",
    "backup.file_too_large",
    `A file of the backup at ${location} would be larger than this process or that file system allows.`,
    {
      details: { location, reason },
      hint: "Raise the limit of file sizes (ulimit -f, LimitFSIZE), or choose another storage.",
      cause,
    },
  );
}

export function notWritable(location: string, reason: string, cause: unknown): DomainError {
  return new DomainError("precondition", "backup.not_writable", `${location} cannot be written to.`, {
    details: { location, reason },
    hint: "Give the user of this process the right to write there, or choose another storage.",
    cause,
  });
}

/** Of a folder in whose place, or in the place of one above it, a file lies. */
export function notAFolder(path: string, cause: unknown): DomainError {
  return new DomainError("precondition", "storage.not_a_folder", `${path} is a file and no folder.`, {
    details: { path },
    hint: "Choose a folder, or move the file away.",
    cause,
  });
}
