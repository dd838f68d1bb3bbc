import { testRule } from "../../../testing/rule-cases";

testRule("revoke-rights", {
  fires: [
    ["REVOKE SELECT ON orders FROM app", { params: { role: "app", object: "orders" } }],
    ["REVOKE SELECT ON orders FROM PUBLIC"],
  ],
  quiet: [
    "GRANT SELECT ON orders TO app",
    "REVOKE ALL ON FUNCTION f() FROM PUBLIC",
    "CREATE TABLE n (id int, a int); REVOKE ALL ON n FROM app",
  ],
});

testRule("grant-to-public", {
  fires: [
    [
      "GRANT SELECT, INSERT ON shop.orders TO PUBLIC",
      { params: { rights: "SELECT, INSERT", object: "shop.orders" } },
    ],
    ["GRANT ALL ON orders TO app, PUBLIC", { params: { rights: "ALL", object: "orders" } }],
    ["GRANT CREATE ON SCHEMA public TO PUBLIC"],
    ["GRANT ALL ON DATABASE shop TO PUBLIC"],
    [
      "GRANT SELECT ON ALL TABLES IN SCHEMA shop TO PUBLIC",
      { params: { rights: "SELECT", object: "shop.*" } },
    ],
    [
      "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO PUBLIC",
      { params: { rights: "SELECT", object: "*" } },
    ],
    ["CREATE TABLE n (id int); GRANT SELECT ON n TO PUBLIC"],
  ],
  quiet: [
    "GRANT SELECT ON orders TO app",
    "REVOKE SELECT ON orders FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION f() TO PUBLIC",
    "GRANT ALL ON FUNCTION f() TO PUBLIC",
    "GRANT USAGE ON SCHEMA shop TO PUBLIC",
    "GRANT USAGE ON TYPE mood TO PUBLIC",
    "GRANT CONNECT ON DATABASE shop TO PUBLIC",
  ],
});

testRule("drop-role", {
  fires: [["DROP ROLE app", { params: { role: "app" } }]],
  quiet: ["CREATE ROLE app"],
});
