import { testRule } from "../../../testing/rule-cases";

testRule("drop-object", {
  fires: [
    ["DROP VIEW shop.totals", { severity: "warning", params: { object: "shop.totals" } }],
    ["DROP FUNCTION IF EXISTS f(int)", { params: { object: "f" } }],
    ["DROP PROCEDURE shop.close(date)"],
    ["DROP AGGREGATE product(numeric)"],
    ["DROP SEQUENCE order_number"],
    ["DROP TYPE mood", { severity: "notice" }],
    ["DROP DOMAIN email", { severity: "notice" }],
    ["CREATE VIEW other AS SELECT 1; DROP VIEW totals"],
  ],
  quiet: [
    "DROP VIEW totals; CREATE VIEW totals AS SELECT 1",
    "DROP VIEW public.totals; CREATE VIEW totals AS SELECT 1",
    "SET search_path = shop; DROP FUNCTION f(int); CREATE FUNCTION shop.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP VIEW IF EXISTS totals; CREATE OR REPLACE VIEW totals AS SELECT 1",
    "DROP FUNCTION f(int); CREATE FUNCTION f(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DROP AGGREGATE product(int); CREATE AGGREGATE product(bigint) (sfunc = int8mul, stype = bigint)",
    "DROP TYPE pair; CREATE TYPE pair AS (a int, b int)",
    "DROP TYPE span; CREATE TYPE span AS RANGE (subtype = int4)",
    "CREATE TYPE mood AS ENUM ('sad'); DROP TYPE mood",
    "DROP TABLE t",
    "DROP TRIGGER t ON orders",
  ],
});
