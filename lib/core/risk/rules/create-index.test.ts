import { testRule } from "../../../testing/rule-cases";

testRule("create-index-without-concurrently", {
  fires: [
    [
      "CREATE INDEX ON orders (a)",
      {
        severity: "danger",
        effect: "blocks_writes",
        lock: "SHARE",
        fix: { ownMigration: true, sql: "CREATE INDEX CONCURRENTLY ON orders (a);\n" },
      },
    ],
    [
      "create unique index u on orders (a)",
      { fix: { ownMigration: true, sql: "create unique index CONCURRENTLY u on orders (a);\n" } },
    ],
    ["CREATE TEMP TABLE n (a int); CREATE INDEX ON public.n (a)"],
    [
      "CREATE TABLE n (a int); ALTER TABLE n RENAME TO m; ALTER TABLE orders RENAME TO n; CREATE INDEX ON n (a)",
    ],
    ["SET search_path = shop; CREATE TABLE n (a int); RESET search_path; CREATE INDEX ON n (a)"],
    ["CREATE TABLE shop.n (a int); CREATE INDEX ON n (a)"],
  ],
  quiet: [
    "CREATE INDEX CONCURRENTLY i ON orders (a)",
    "CREATE INDEX i ON ONLY log (a)",
    "CREATE TABLE n (id int, a int); CREATE INDEX ON n (a)",
    "CREATE MATERIALIZED VIEW m AS SELECT 1 AS x; CREATE INDEX ON m (x)",
    "CREATE TABLE public.n (a int); CREATE INDEX ON n (a)",
    "CREATE TABLE n (a int); CREATE INDEX ON public.n (a)",
    "SET search_path = shop, public; CREATE TABLE n (a int); CREATE INDEX ON shop.n (a)",
    "CREATE TABLE shop.n (a int); SET LOCAL search_path TO audit, shop; CREATE INDEX ON n (a)",
    "SET search_path = ''; CREATE TABLE shop.n (a int); RESET search_path; CREATE INDEX ON shop.n (a)",
    "CREATE TEMP TABLE n (a int); CREATE INDEX ON n (a)",
    "CREATE TABLE n (a int); ALTER TABLE n SET SCHEMA shop; CREATE INDEX ON shop.n (a)",
    "CREATE TABLE n (a int); ALTER TABLE n RENAME TO m; CREATE INDEX ON m (a)",
  ],
});

testRule("concurrent-index-if-not-exists", {
  fires: [["CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON o (a)", { severity: "notice" }]],
  quiet: ["CREATE INDEX CONCURRENTLY i ON o (a)", "CREATE INDEX IF NOT EXISTS i ON o (a)"],
});

testRule("unique-index-may-fail", {
  fires: [
    [
      "CREATE UNIQUE INDEX CONCURRENTLY u ON shop.orders (lower(email)) WHERE paid",
      { severity: "notice", effect: "may_fail", relation: "shop.orders" },
    ],
    ["CREATE UNIQUE INDEX ON orders (a, b)"],
  ],
  quiet: [
    "CREATE INDEX CONCURRENTLY i ON orders (a)",
    "CREATE TABLE n (a int); CREATE UNIQUE INDEX ON n (a)",
    "CREATE UNIQUE INDEX u ON ONLY log (a)",
  ],
});
