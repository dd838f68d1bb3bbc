import type { Actor } from "../../access/actor";
import type { Db, Tx } from "../../db/client";

/** What colleagues call somebody: the name of the account; a token keeps its own label, since no person acted. */
export async function personName(db: Db | Tx, actor: Actor): Promise<string> {
  if (actor.kind !== "user" || actor.userId === null) return actor.label;
  const user = await db.user.findUnique({ where: { id: actor.userId }, select: { name: true } });
  return user?.name.trim() || actor.label;
}
