import { DomainError } from "../../errors";
import type { DatabaseError } from "../runner/message";

/** What is told when a catalog is refused without which nothing could be compared: names of roles, comments, dependencies. */
export function unreadableFor(role: string, error: DatabaseError): Error {
  const catalog = /\b(pg_\w+)$/.exec(error.message)?.[1];
  if (error.code !== "42501" || catalog === undefined) return error;
  return new DomainError(
    "target",
    "schema.unreadable",
    `The role ${role} may not read ${catalog}, without which no schema can be read.`,
    {
      details: { role, catalog },
      hint: `Let a superuser of this database run: GRANT SELECT ON pg_catalog.${catalog} TO ${role}`,
      cause: error,
    },
  );
}
