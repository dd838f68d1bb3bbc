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

/** What stands where a secret stood. */
export const MASK = "********";

/**
 * The text with passwords masked, for history and audit: of ALTER ROLE … PASSWORD, user mappings, subscriptions,
 * connection strings and addresses. Works on text that does not parse, too.
 */
export function maskSecrets(sql: string): string {
  return sql
    .replace(PASSWORD, (_all, word: string, gap: string, doubled: string | undefined) => {
      const quote = doubled === undefined ? "'" : "''";
      return `${word}${gap}${quote}${MASK}${quote}`;
    })
    .replace(CONNECTION, `$1${MASK}`)
    .replace(URL_PASSWORD, `$1${MASK}$2`);
}
