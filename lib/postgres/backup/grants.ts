import type { DatabaseGrant } from "../../core/backup/types";
import { quoteName } from "./sql-text";

/**
 * One privilege as it was granted; on one line. What somebody else than the owner granted is granted by them again, as
 * in pg_dump's files: it falls with their right to grant it.
 * @param object what GRANT names after ON
 */
export function grantStatement(object: string, grant: DatabaseGrant, owner: string): string {
  const { grantee, privilege, grantable, grantor = owner } = grant;
  const to = grantee === null ? "PUBLIC" : quoteName(grantee);
  const sql = `GRANT ${privilege} ON ${object} TO ${to}${grantable ? " WITH GRANT OPTION" : ""}`;
  if (grantor === owner) return sql;
  return `SET SESSION AUTHORIZATION ${quoteName(grantor)}; ${sql}; RESET SESSION AUTHORIZATION`;
}
