import type { Db } from "../../db/client";
import { findPeople } from "../migration/people";

/** A migration of which somebody has another text in the editor than the saved one, which is what is deployed. */
export interface UnsavedText {
  migrationId: string;
  filename: string;
  /** The asker is one of them. */
  mine: boolean;
  /** Names of the others. */
  others: string[];
}

/** Texts of these migrations that their writers have not saved, in the order of the file names. */
export async function findUnsavedTexts(
  db: Db,
  asked: { targetId: string; filenames: string[]; userId: string | null },
): Promise<UnsavedText[]> {
  const rows = await db.$queryRaw<{ migrationId: string; filename: string; userId: string }[]>`
    SELECT m.id AS "migrationId", m.filename, d.user_id AS "userId"
    FROM target t
      JOIN migration m ON m.service_id = t.service_id AND m.filename = ANY (${asked.filenames})
      JOIN migration_draft d ON d.migration_id = m.id
    WHERE t.id = ${asked.targetId}::uuid
      AND d.up IS NOT NULL AND (d.up, d.down) IS DISTINCT FROM (m.up, m.down)
    ORDER BY m.filename, d.saved_at`;
  const people = await findPeople(
    db,
    rows.map((row) => row.userId),
  );
  const texts = new Map<string, UnsavedText>();
  for (const { migrationId, filename, userId } of rows) {
    const text = texts.get(migrationId) ?? { migrationId, filename, mine: false, others: [] };
    if (userId === asked.userId) text.mine = true;
    else text.others.push(people.get(userId)?.name ?? "?");
    texts.set(migrationId, text);
  }
  return [...texts.values()];
}
