import { checksumOf } from "../../core/migration/checksum";
import { readDirectives } from "../../core/migration/directives";
import type { Tx } from "../../db/client";
import { nextVersion } from "./name";

interface NewDraft {
  serviceId: string;
  name: string;
  up: string;
  down: string | null;
  userId: string | null;
}

/** Stores a draft under a version after every other of its service. */
export async function insertDraft(tx: Tx, draft: NewDraft) {
  // Two who create at once must not get one version: the service's row is held while the version is chosen.
  await tx.$queryRaw`SELECT id FROM service WHERE id = ${draft.serviceId}::uuid FOR UPDATE`;
  const latest = await tx.migration.findMany({
    where: { serviceId: draft.serviceId, kind: "versioned" },
    orderBy: { sortKey: "desc" },
    take: 20,
    select: { version: true },
  });
  const version = nextVersion(
    new Date(),
    latest.map((row) => row.version),
  );
  return tx.migration.create({
    data: {
      serviceId: draft.serviceId,
      filename: `${version}_${draft.name}`,
      version,
      name: draft.name,
      kind: readDirectives(draft.up).directives.repeatable ? "repeatable" : "versioned",
      up: draft.up,
      down: draft.down,
      checksum: checksumOf(draft.up),
      authorId: draft.userId,
      updatedById: draft.userId,
    },
  });
}
