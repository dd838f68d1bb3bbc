import type { TableName } from "../core/backup/types";
import { DomainError } from "../errors";

/**
 * `orders`, `shop.orders`, `"Odd.Name"."x"`: names as SQL writes them, without a schema in public. What is not in
 * quotes is taken as it is, upper case too.
 * @throws DomainError validation, cli.bad_table
 */
export function parseTableName(text: string): TableName {
  const parts = [...text.trim().matchAll(/("(?:[^"]|"")+"|[^".]+)(\.|$)/g)];
  const names = parts.map(([, part = ""]) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  const whole = parts.map(([match]) => match).join("") === text.trim();
  if (!whole || names.length === 0 || names.length > 2) {
    throw new DomainError("validation", "cli.bad_table", `${text} is no name of a table.`, {
      hint: "Write schema.table; quote names that hold dots.",
    });
  }
  return names.length === 1
    ? { schema: "public", name: names[0] ?? "" }
    : { schema: names[0] ?? "", name: names[1] ?? "" };
}
