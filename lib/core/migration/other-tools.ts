/** Something that another tool would do with a script and that is not done here. */
export interface Otherwise {
  code: "placeholder" | "condition";
  line: number;
  message: string;
}

const PLACEHOLDER = /\$\{[\w.:]+\}/;
const LIQUIBASE = /^\s*--\s*liquibase\s+formatted\s+sql/i;
/** Attributes by which Liquibase passes a changeset over. */
const CONDITION = /\b(?:dbms|context|contextFilter|labels):(?:"[^"]*"|\S+)/gi;

/** Filled in or asked by another tool before it runs the script; the script itself stays as it is written. */
export function otherwiseInTools(filename: string, text: string): Otherwise[] {
  const liquibase = LIQUIBASE.test(text);
  const tool = liquibase
    ? "Liquibase"
    : /^[VR]\d*.*__/.test(filename)
      ? "Flyway"
      : /^\s*--\s*\+goose\s+ENVSUB\s+ON\b/im.test(text) && "goose";
  const placeholder = tool ? unfilledPlaceholder(tool, text) : [];
  return liquibase ? [...placeholder, ...unaskedConditions(text)] : placeholder;
}

/** Within a string nothing else would notice it. */
function unfilledPlaceholder(tool: string, text: string): Otherwise[] {
  const found = PLACEHOLDER.exec(text);
  if (!found) return [];
  const message = `The placeholder ${found[0]} is not filled in as ${tool} would do; write its value.`;
  return [{ code: "placeholder", line: text.slice(0, found.index).split("\n").length, message }];
}

function unaskedConditions(text: string): Otherwise[] {
  return text.split("\n").flatMap((line, index) => {
    const [, precondition] = /^\s*--\s*(precondition-\S+)/i.exec(line) ?? [];
    const attributes = /^\s*--\s*changeset\s/i.test(line) ? line.match(CONDITION) : null;
    const asked = [precondition, ...(attributes ?? []).filter((one) => !/^dbms:"?postgresql"?$/i.test(one))];
    return asked.filter(Boolean).map((what): Otherwise => {
      const message = `Liquibase would ask for ${what} before it runs this; here it always runs.`;
      return { code: "condition", line: index + 1, message };
    });
  });
}

/** A script that makes, at once, what all migrations before it make. */
export function isCheckpoint(text: string): boolean {
  return /^\s*--\s*atlas:checkpoint\b/i.test(text);
}
