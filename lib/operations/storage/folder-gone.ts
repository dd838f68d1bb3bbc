import { stat } from "node:fs/promises";
import { DomainError } from "../../errors";
import { notAFolder } from "../../postgres/backup/failures";
import type { StorageRow } from "./open";

/**
 * That the folder in which something was stored is there: one that is not mounted says nothing about what it holds.
 * @throws DomainError target `storage.folder_gone`, precondition `storage.not_a_folder`
 */
export async function requireFolder({
  kind,
  settings,
}: Pick<StorageRow, "kind" | "settings">): Promise<void> {
  if (kind !== "folder") return;
  const { path } = settings as { path: string };
  const found = await stat(path).catch((cause: unknown) => {
    throw new DomainError("target", "storage.folder_gone", `${path} is not there, or cannot be read.`, {
      details: { path },
      hint: "Mount it again, or give it back to the user that DBMigrator runs as: the backups in it cannot be read.",
      cause,
    });
  });
  if (!found.isDirectory()) throw notAFolder(path, undefined);
}
