import type pg from "pg";

/** SQL that is sent in one message. */
const BATCH_BYTES = 1024 * 1024;

/** Runs a file of SQL that has one statement a line, many a message. @param keep which lines are wanted */
export async function runLines(
  client: pg.Client,
  source: AsyncIterable<Uint8Array>,
  keep: (line: string) => boolean = () => true,
): Promise<void> {
  const decoder = new TextDecoder("utf-8");
  let rest = "";
  let lines: string[] = [];
  let bytes = 0;
  const flush = async () => {
    if (lines.length > 0) await client.query(lines.join("\n"));
    [lines, bytes] = [[], 0];
  };
  const add = (line: string) => {
    if (line.trim() === "" || !keep(line)) return;
    lines.push(line);
    bytes += line.length;
  };
  for await (const part of source) {
    const text = rest + decoder.decode(part, { stream: true });
    const found = text.split("\n");
    rest = found.pop() ?? "";
    for (const line of found) {
      add(line);
      if (bytes >= BATCH_BYTES) await flush();
    }
  }
  add(rest + decoder.decode());
  await flush();
}
