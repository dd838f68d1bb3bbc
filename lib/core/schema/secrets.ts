import { literal } from "./sql-text";

/** Stands where a secret would stand; a statement that holds it says so. */
export const HIDDEN = "(not shown)";

const SECRET =
  /^(.*_)?(pass(word|wd|phrase|code)?|pwd|sslpassword|secret|secret_?access_?key|access_?key|private_?key|api_?key|token|session_?token|credentials?)$/i;

/** Whether an option of this name holds one. */
export function isSecret(name: string): boolean {
  return SECRET.test(name);
}

/** `name=value` options of foreign data objects, without the values of those that hold secrets. */
export function hideSecrets(options: string[]): string[] {
  return options.map((option) => {
    const name = option.slice(0, option.indexOf("="));
    return isSecret(name) ? `${name}=${HIDDEN}` : option;
  });
}

/** A libpq connection string (docs: "Connection Strings") without its password. */
export function hidePassword(connection: string): string {
  return connection
    .replace(
      /(\b(?:ssl)?password\s*=\s*)('(?:[^'\\]|\\.)*'|(?:[^\s'&\\]|\\.)+)/gi,
      (_, key: string) => `${key}'${HIDDEN}'`,
    )
    .replace(/^(postgres(?:ql)?:\/\/[^/?#@:]*):[^/?#@]*@/i, `$1:${encodeURIComponent(HIDDEN)}@`);
}

/** A note in front of a statement that lacks a secret. */
export function withSecretNote(sql: string): string {
  const lacks =
    sql.includes(literal(HIDDEN)) ||
    sql.includes(`''${HIDDEN}''`) ||
    sql.includes(encodeURIComponent(HIDDEN));
  return lacks ? `/* Put the secret where it says ${HIDDEN} */ ${sql}` : sql;
}
