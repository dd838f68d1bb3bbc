/** How the digest of a failed page begins when it carries an ActionError as JSON; read by the error page too. */
export const DIGEST_PREFIX = "DBMIGRATOR ";
