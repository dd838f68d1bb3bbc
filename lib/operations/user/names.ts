import type { Db, Tx } from "../../db/client";
import { Prisma } from "../../db/generated/client";

interface Person {
  id: string;
  label: string;
}

/**
 * SQL for lists: the name of who is stored with id and label. Labels keep the e-mail, as the trail and the ledger do;
 * pages call people by their names, and a token by its own label.
 */
export function nameColumn(id: string, label: string): Prisma.Sql {
  const [idColumn, labelColumn] = [Prisma.raw(id), Prisma.raw(label)];
  return Prisma.sql`coalesce((SELECT nullif(u.name, '') FROM "user" u
    WHERE u.id = ${idColumn} AND u.email = ${labelColumn}), ${labelColumn})`;
}

/** The same for rows that were read already: give it all of them, then each. */
export async function nameReader(
  db: Db | Tx,
  labels: readonly string[],
): Promise<(person: Person) => Person> {
  const users = await db.user.findMany({
    where: { email: { in: [...new Set(labels)].filter((label) => label.includes("@")) } },
    select: { id: true, email: true, name: true },
  });
  const names = new Map(users.map((user) => [`${user.id} ${user.email}`, user.name]));
  return ({ id, label }) => ({ id, label: names.get(`${id} ${label}`) || label });
}
