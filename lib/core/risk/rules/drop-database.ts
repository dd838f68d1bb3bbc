import { defineRule } from "../rule";

export const dropDatabase = defineRule({
  code: "drop-database",
  severity: "danger",
  effect: "loses_data",
  title: "Dropping the database {database} loses everything in it",
  message:
    "DROP DATABASE removes a whole database of the server at once and cannot be undone. A migration changes its own target and nothing else.",
  suggestion: "Take the statement out; remove databases by hand, after a backup.",
  on: "DropdbStmt",
  check: ({ dbname = "" }) => [{ params: { database: dbname }, destroys: [dbname] }],
});
