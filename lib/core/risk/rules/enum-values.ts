import type { Node } from "../../sql/parser";
import { scalarText } from "../../sql/transaction-need";
import { names, walkTree } from "../../sql/tree";
import type { Rule } from "../rule";

export const enumValueAtOnce: Rule = {
  code: "enum-value-used-at-once",
  severity: "danger",
  effect: "may_fail",
  title: "The new value {value} is used before it is committed",
  message:
    "ALTER TYPE {type} ADD VALUE stands earlier in the same transaction; PostgreSQL refuses to use the value before that has committed (unsafe use of new value, 55P04).",
  suggestion: "Put ADD VALUE into a migration of its own, before this one.",
  check: ({ tree, knowledge, transaction, statement }) => {
    if (knowledge.enumValues.size === 0 || "AlterEnumStmt" in tree) return [];
    const used = new Set<string>();
    walkTree(tree, (name, body) => {
      if (name === "A_Const" && body.sval) used.add(scalarText({ A_Const: body } as Node));
      return undefined;
    });
    return [...knowledge.enumValues]
      .filter(
        ([value, added]) =>
          added.transaction === transaction.number &&
          (used.has(value) || isInBody(tree, statement.text, value)),
      )
      .map(([value, { type }]) => ({ params: { value, type } }));
  },
};

/** A DO block's body is a string to the parser; there the value stands in quotes. */
function isInBody(tree: Node, text: string, value: string): boolean {
  return "DoStmt" in tree && text.includes(`'${value}'`);
}

export const enumValueRenamed: Rule = {
  code: "rename-enum-value",
  severity: "warning",
  effect: "breaks_clients",
  title: "Running code that says {from} fails",
  message:
    "RENAME VALUE turns {from} into {to} in every row of {type} at once; code that still compares with or writes {from} fails.",
  suggestion: "Add the new value, release the application that knows both, and change the rows in batches.",
  check: ({ tree }) => {
    if (!("AlterEnumStmt" in tree) || tree.AlterEnumStmt.oldVal === undefined) return [];
    const { oldVal, newVal = "", typeName } = tree.AlterEnumStmt;
    return [{ params: { from: oldVal, to: newVal, type: names(typeName).join(".") } }];
  },
};
