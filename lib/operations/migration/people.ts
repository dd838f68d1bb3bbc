import type { Db, Tx } from "../../db/client";
import type { PersonView } from "./views";

/** Names of people by id; accounts that are gone are left out. */
export async function findPeople(db: Db | Tx, ids: (string | null)[]): Promise<Map<string, PersonView>> {
  const wanted = [...new Set(ids.filter((id): id is string => id !== null))];
  if (wanted.length === 0) return new Map();
  const users = await db.user.findMany({
    where: { id: { in: wanted } },
    select: { id: true, name: true, email: true },
  });
  return new Map(users.map((user) => [user.id, { id: user.id, name: user.name || user.email }]));
}
