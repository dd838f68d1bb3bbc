/** Lines by which other tools put both scripts into one file. */
const UP = /^[ \t]*--[ \t]*(?:migrate:up|\+goose[ \t]+up|\+migrate[ \t]+up|up[ \t]+migration)\b.*$/im;
const DOWN =
  /^[ \t]*--[ \t]*(?:migrate:down|\+goose[ \t]+down|\+migrate[ \t]+down|down[ \t]+migration)\b.*$/im;

export type SplitScripts = { up: string; down?: string } | { problem: string };

/**
 * Splits a file at `-- migrate:up` and `-- migrate:down` (dbmate), or goose's, sql-migrate's and node-pg-migrate's
 * equivalents. The marker line stays in its script: it may carry `transaction:false`, and the line numbers of the
 * up script stay those of the file. A file without markers is an up script.
 */
export function splitMarkers(text: string): SplitScripts {
  const up = UP.exec(text);
  const down = DOWN.exec(text);
  if (!up && !down) return { up: text };
  if (!up) return { problem: "There is a marker of a down script and none of an up script." };
  const before = text.slice(0, up.index);
  if (!isBlank(before)) return { problem: "There are statements above the marker of the up script." };
  if (!down) return { up: text };
  if (down.index < up.index) return { problem: "The down script stands above the up script." };
  const script = text.slice(down.index);
  return isBlank(script)
    ? { up: text.slice(0, down.index) }
    : { up: text.slice(0, down.index), down: script };
}

/** Nothing but comments and white space. */
export function isBlank(text: string): boolean {
  return (
    text
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/--.*$/gm, "")
      .trim() === ""
  );
}
