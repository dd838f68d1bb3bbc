import { nameParts } from "../../sql/tree";
import { defineRule } from "../rule";

/** What code outside of the database calls by its name; the value: how bad it is when some still does. */
const NAMED_BY_CODE: Record<string, "warning" | "notice"> = {
  OBJECT_VIEW: "warning",
  OBJECT_FUNCTION: "warning",
  OBJECT_PROCEDURE: "warning",
  OBJECT_ROUTINE: "warning",
  OBJECT_AGGREGATE: "warning",
  OBJECT_SEQUENCE: "warning",
  OBJECT_TYPE: "notice",
  OBJECT_DOMAIN: "notice",
};

export const dropObject = defineRule({
  code: "drop-object",
  severity: "warning",
  effect: "breaks_clients",
  title: "Code that uses {object} fails from now on",
  message:
    "PostgreSQL only knows what uses {object} inside of the database. Applications, reports and the bodies of functions that name it fail when they run.",
  suggestion: "Release the application without it first, and look for its name in functions and reports.",
  on: "DropStmt",
  check: (stmt) => {
    const severity = NAMED_BY_CODE[stmt.removeType ?? ""];
    if (!severity) return [];
    return (stmt.objects ?? []).map((node) => {
      const object = nameParts(node).join(".");
      // Dropped to be made anew, or made by this script: then nothing is missing after it.
      return { params: { object }, severity, holds: (script) => !script.defines(object) };
    });
  },
});
