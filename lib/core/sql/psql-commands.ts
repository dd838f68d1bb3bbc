const HINTS: Record<string, string> = {
  "\\c": "Take the line out: the target is chosen outside the script.",
  "\\connect": "Take the line out: the target is chosen outside the script.",
  "\\i": "Put the other file's statements here.",
  "\\ir": "Put the other file's statements here.",
  "\\include": "Put the other file's statements here.",
  "\\copy": "Use COPY … FROM stdin with the rows in the script, closed by a line that holds only \\.",
  "\\set": "psql's variables do not exist here; write the value itself.",
  "\\gset": "psql's variables do not exist here; use a DO block for what depends on a result.",
  "\\gexec": "Use a DO block with EXECUTE.",
  "\\if": "Use a DO block for what depends on a condition.",
  "\\!": "A migration runs no programs.",
  "\\.": "This closes the rows of COPY … FROM stdin, and no such statement is open here.",
  "\\g": "End the statement with a semicolon.",
};

/** What to do about a psql command. @param word the command with its backslash */
export function psqlHint(word: string): string {
  return HINTS[word] ?? "Take the line out; if it only printed or set something for psql, nothing is lost.";
}
