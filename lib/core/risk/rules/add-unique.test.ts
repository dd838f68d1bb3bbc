import { testRule } from "../../../testing/rule-cases";

testRule("add-unique-without-index", {
  fires: [
    [
      "ALTER TABLE shop.o ADD CONSTRAINT o_a_b_key UNIQUE (a, b)",
      {
        fix: {
          ownMigration: true,
          sql: "-- dbmigrator: transaction=none\nCREATE UNIQUE INDEX CONCURRENTLY o_a_b_key ON shop.o (a, b);\nALTER TABLE shop.o ADD CONSTRAINT o_a_b_key UNIQUE USING INDEX o_a_b_key;\n",
        },
      },
    ],
    ["ALTER TABLE o ADD c int UNIQUE"],
    ["ALTER TABLE o ADD UNIQUE (a) DEFERRABLE"],
  ],
  quiet: [
    "ALTER TABLE o ADD CONSTRAINT k UNIQUE USING INDEX i",
    "CREATE TABLE n (id int, a int); ALTER TABLE n ADD UNIQUE (a)",
  ],
});

testRule("add-primary-key", {
  fires: [
    [
      "ALTER TABLE o ADD PRIMARY KEY (id)",
      {
        fix: {
          ownMigration: true,
          sql: "-- dbmigrator: transaction=none\nCREATE UNIQUE INDEX CONCURRENTLY o_pkey ON o (id);\nALTER TABLE o ADD CONSTRAINT o_pkey PRIMARY KEY USING INDEX o_pkey;\n",
        },
      },
    ],
    ["ALTER TABLE o ADD id serial PRIMARY KEY"],
  ],
  quiet: ["ALTER TABLE o ADD PRIMARY KEY USING INDEX i"],
});

testRule("add-exclusion-constraint", {
  fires: [["ALTER TABLE o ADD EXCLUDE USING gist (r WITH &&)"]],
  quiet: ["ALTER TABLE o ADD UNIQUE (r)"],
});
