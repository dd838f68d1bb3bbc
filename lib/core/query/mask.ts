const GAP = String.raw`(?:\s|/\*[\s\S]*?\*/|--[^\n]*\n)+`;
/** 'text', E'text', U&'text' and $tag$text$tag$. */
const LITERAL = String.raw`(?:(?:[eE]|[uU]&)?'(?:[^'\\]|''|\\[\s\S])*'?|\$([A-Za-z_]*)\$[\s\S]*?(?:\$\1\$|$))`;

/** The same with its quotes doubled, inside another literal. */
const DOUBLED = "''(?:[^']|'''')+''(?!'')";
/** PASSWORD 'x' of roles and user mappings. */
const PASSWORD = new RegExp(
  String.raw`(\bpassword\b)(${GAP}|\s*:?=\s*)(?:(${DOUBLED})|${LITERAL.replaceAll("\\1", "\\4")})`,
  "gi",
);
/** password=x in connection strings. */
const CONNECTION = /(\b(?:password|passfile|sslpassword)\s*=\s*)(?!['$])[^\s'";]+/gi;
/** postgres://user:x@host */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"]*:)[^\s@/'"]+(@)/gi;

/** Most texts hold nothing of the kind, and lists hold many of them. */
const MAY_HOLD = /password|passfile|:\/\//i;

/** What stands where a secret stood. */
export const MASK = "********";

/** PostgreSQL's own words about a failure: they quote the script, or what it raised. */
export function maskFailure<F extends { message: string; detail?: string; hint?: string }>(failure: F): F {
  const { message, detail, hint } = failure;
  return {
    ...failure,
    message: maskSecrets(message),
    ...(detail === undefined ? {} : { detail: maskSecrets(detail) }),
    ...(hint === undefined ? {} : { hint: maskSecrets(hint) }),
  };
}

/**
 * The text with passwords masked, for history, audit, logs and pages that show what runs: of ALTER ROLE … PASSWORD, user mappings, subscriptions,
 * connection strings and addresses. Works on text that does not parse, too.
 */
export function maskSecrets(sql: string): string {
  if (!MAY_HOLD.test(sql)) return sql;
  return sql
    .replace(PASSWORD, (_all, word: string, gap: string, doubled: string | undefined) => {
      const quote = doubled === undefined ? "'" : "''";
      return `${word}${gap}${quote}${MASK}${quote}`;
    })
    .replace(CONNECTION, `$1${MASK}`)
    .replace(URL_PASSWORD, `$1${MASK}$2`);
}
