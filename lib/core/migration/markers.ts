/** Lines by which other tools put both scripts into one file: dbmate, goose, sql-migrate, micrate, rambler, node-pg-migrate. */
const UP =
  /^[ \t]*--[ \t]*(?:migrate:up|\+(?:goose|migrate|micrate)[ \t]+up|rambler[ \t]+up|up[ \t]+migration)\b.*$/im;
const DOWN =
  /^[ \t]*--[ \t]*(?:migrate:down|\+(?:goose|migrate|micrate)[ \t]+down|rambler[ \t]+down|down[ \t]+migration)\b.*$/im;
/** Comments of nothing but the word, however decorated (Play's `!Ups`, `==== UP ====`); they count only as a pair. */
const UP_WORD = /^[ \t]*--[-=#@!+ \t]*ups?[-=#: \t]*$/im;
const DOWN_WORD = /^[ \t]*--[-=#@!+ \t]*downs?[-=#: \t]*$/im;
/** Everything above it is the up script: tern, MyBatis. */
const BELOW = /^[ \t]*--(?:--[ \t]*create above[ \t]*\/[ \t]*drop below\b.*|[ \t]*\/\/[ \t]*@undo\b.*)$/im;

export type SplitScripts = { up: string; down?: string } | { problem: string };

/**
 * Splits a file at `-- migrate:up` and `-- migrate:down` (dbmate), or another tool's equivalents: a down script that
 * is not recognised would run right after its up script. The marker line stays in its script: it may carry
 * `transaction:false`, and the line numbers of the up script stay those of the file. A file without markers is an up script.
 */
export function splitMarkers(text: string): SplitScripts {
  const up = UP.exec(text);
  const down = DOWN.exec(text);
  if (!up && !down) return splitWithoutTool(text);
  if (!up) return { problem: "There is a marker of a down script and none of an up script." };
  const before = text.slice(0, up.index);
  if (!isBlank(before)) return { problem: "There are statements above the marker of the up script." };
  if (!down) return { up: text };
  if (down.index < up.index) return { problem: "The down script stands above the up script." };
  return splitAt(text, down.index);
}

function splitWithoutTool(text: string): SplitScripts {
  const below = BELOW.exec(text);
  if (below) return splitAt(text, below.index);
  const up = UP_WORD.exec(text);
  const down = DOWN_WORD.exec(text);
  if (!up || !down || down.index < up.index || !isBlank(text.slice(0, up.index))) return { up: text };
  return splitAt(text, down.index);
}

function splitAt(text: string, index: number): SplitScripts {
  const [up, down] = [text.slice(0, index), text.slice(index)];
  return isBlank(down) ? { up } : { up, down };
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
