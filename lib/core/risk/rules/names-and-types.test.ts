import { testRule } from "../../../testing/rule-cases";

testRule("char-type", {
  fires: [
    ["CREATE TABLE a (b char(3))", { params: { column: "b" } }],
    ["ALTER TABLE a ALTER b TYPE character(9)", { params: { column: "b" } }],
  ],
  quiet: ['CREATE TABLE a (b varchar(3), c text, d "char")'],
});

testRule("timestamp-without-time-zone", {
  fires: [["ALTER TABLE a ADD b timestamp(3)", { params: { column: "b" } }]],
  quiet: ["CREATE TABLE a (b timestamptz, c date)"],
});

testRule("name-too-long", {
  fires: [
    [
      "CREATE TABLE xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a int)",
      { params: { name: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" } },
    ],
    ['ALTER TABLE a RENAME TO "éééééééééééééééééééééééééééééééé"'],
  ],
  quiet: [
    "CREATE TABLE xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx (a int)",
    "COMMENT ON TABLE a IS 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
    "-- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nDROP TABLE a /* xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx */",
  ],
});

testRule("duplicate-column", {
  fires: [
    ["UPDATE t SET a = 1, a = 2 WHERE b = 1", { params: { column: "a" } }],
    ["INSERT INTO t (a, b, a) VALUES (1, 2, 3)"],
    ["UPDATE t SET a = 1, a.x = 2, a.y = 3 WHERE b = 1"],
    ["CREATE VIEW v (a, a) AS SELECT 1, 2"],
    ["SELECT 1 AS a, 2 AS a INTO t"],
    ["CREATE TABLE t (a int, a text)"],
    ["ALTER TABLE t ADD a int, ADD a text"],
  ],
  quiet: [
    "UPDATE t SET a[1] = 1, a[2] = 2",
    "UPDATE t SET a.x = 1, a.y = 2",
    "INSERT INTO t (a, b) VALUES (1, 2)",
    "SELECT 1 AS a, 2 AS a",
  ],
});
