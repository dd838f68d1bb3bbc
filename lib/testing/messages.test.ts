import { readdirSync, readFileSync } from "node:fs";
import { type MessageFormatElement, parse, TYPE } from "@formatjs/icu-messageformat-parser";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { TOLD_OPERATIONS } from "../operations/overview/activity";
import { loadMessages, type MessageTree } from "../transport/messages";
import { textKey } from "../transport/text-key";
import { type SourceFile, sourceFiles } from "./source-files";

const en = flatten(loadMessages("en"));
const es = flatten(loadMessages("es"));

function flatten(tree: MessageTree, prefix = ""): Map<string, string> {
  const entries = Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value] as const] : [...flatten(value, `${prefix}${key}.`)],
  );
  return new Map(entries);
}

/** Names of a message's values and tags, with their kind. */
function parametersOf(message: string): string[] {
  const found = new Set<string>();
  const visit = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      found.add(element.type === TYPE.tag ? `<${element.value}>` : element.value);
      if (element.type === TYPE.tag) visit(element.children);
      if ("options" in element) for (const option of Object.values(element.options)) visit(option.value);
    }
  };
  visit(parse(message));
  return [...found].sort();
}

/** What rules of fields say where zod has no words of its own. */
function wordsOfFields({ path, text }: SourceFile): string[] {
  const found: string[] = [];
  const add = (node: ts.Node | undefined) => {
    if (node && ts.isStringLiteral(node)) found.push(node.text);
  };
  const visit = (node: ts.Node) => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      if (["refine", "regex"].includes(node.expression.name.text)) add(node.arguments[1]);
    }
    if (ts.isObjectLiteralExpression(node)) {
      const values = new Map(
        node.properties.filter(ts.isPropertyAssignment).map((one) => [one.name.getText(), one.initializer]),
      );
      if (values.has("field")) add(values.get("message"));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}

describe("messages", () => {
  it("have what rules of fields say, or forms would say it in English", () => {
    const files = sourceFiles(["lib/operations"]).filter(({ path }) => !path.endsWith(".test.ts"));
    const missing = files.flatMap((file) =>
      wordsOfFields(file).filter((words) => !es.has(`errors.text.${textKey(words)}`)),
    );
    expect([...new Set(missing)]).toEqual([]);
  });

  it("have the same keys in both languages", () => {
    expect([...en.keys()].filter((key) => !es.has(key))).toEqual([]);
    expect([...es.keys()].filter((key) => !en.has(key))).toEqual([]);
  });

  it("take the same values in both languages", () => {
    const different = [...en].flatMap(([key, message]) => {
      const [ours, theirs] = [parametersOf(message), parametersOf(es.get(key) ?? "")];
      return ours.join() === theirs.join() ? [] : [`${key}: ${ours} in English, ${theirs} in Spanish`];
    });
    expect(different).toEqual([]);
  });

  it("are empty in both languages or in neither", () => {
    const isEmpty = (message: string | undefined) => message === undefined || message.trim() === "";
    expect([...en].filter(([key, message]) => isEmpty(message) !== isEmpty(es.get(key)))).toEqual([]);
  });
});

/** Told to the console, to a pipeline or to a program, which read English. */
const NOT_ON_PAGES =
  /^(http|idempotency|embedded|store|cli)\.|^(connection\.invalid|dump\.not_installed|access\.scheme|user\.no_admin)$/;

describe("errors", () => {
  it("that a person can meet on a page are told in both languages", () => {
    const thrown = sourceFiles(["lib"], /(?<!\.test)\.ts$/)
      .filter(({ path }) => !/^lib\/(cli|testing)\//.test(path))
      .flatMap(({ text }) => [...text.matchAll(/\bDomainError\(\s*"\w+",\s*"([\w.]+)"/g)])
      .map(([, code = ""]) => code);
    expect(thrown.length).toBeGreaterThan(100);
    const untold = [...new Set(thrown)].filter(
      (code) => !NOT_ON_PAGES.test(code) && !en.has(`errors.${code}`),
    );
    expect(untold).toEqual([]);
  });
});

const pages = sourceFiles(["app", "components"]).filter(({ path }) => !/\.test\.tsx?$/.test(path));

describe("the activity of a project", () => {
  it("has a sentence for everything that it tells, and no other", () => {
    const prefix = "overview.activity.did.";
    const said = [...en.keys()]
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length));
    expect(said.filter((key) => key !== "other").sort()).toEqual([...TOLD_OPERATIONS].sort());
  });
});

describe("pages", () => {
  it("use only messages that exist", () => {
    expect(pages.flatMap(unknownKeys)).toEqual([]);
  });

  it("have no visible text of their own", () => {
    expect(pages.filter(({ path }) => path.endsWith(".tsx")).flatMap(visibleText)).toEqual([]);
  });

  it("have no words in their styles", () => {
    const words = readdirSync("app/styles").flatMap((name) =>
      [...readFileSync(`app/styles/${name}`, "utf8").matchAll(/content:\s*"[^"]*\p{L}[^"]*"/gu)].map(
        ([found]) => `${name}: ${found}`,
      ),
    );
    expect(words).toEqual([]);
  });
});

/** `t = useTranslations("…")`, `t = await getTranslations("…")`, and the latter among others of a `Promise.all`. */
function bindingsOf(declaration: ts.VariableDeclaration): [name: ts.BindingName, value: ts.Expression][] {
  const { name, initializer } = declaration;
  if (!initializer) return [];
  const value = ts.isAwaitExpression(initializer) ? initializer.expression : initializer;
  if (!ts.isArrayBindingPattern(name)) return [[name, value]];
  const list = ts.isCallExpression(value) ? value.arguments[0] : undefined;
  if (!list || !ts.isArrayLiteralExpression(list)) return [];
  return name.elements.flatMap((element, at): [ts.BindingName, ts.Expression][] => {
    const one = list.elements[at];
    return ts.isBindingElement(element) && one ? [[element.name, one]] : [];
  });
}

const TRANSLATIONS = /^(?:use|get)Translations\(\s*(?:"([\w.-]*)")?\s*\)$/;

/** Literal keys only; a name bound twice in a file may take the keys of either. */
function unknownKeys({ path, text }: SourceFile): string[] {
  const namespaces = new Map<string, string[]>();
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const visit = (node: ts.Node) => {
    for (const [bound, value] of ts.isVariableDeclaration(node) ? bindingsOf(node) : []) {
      const [call, namespace = ""] = TRANSLATIONS.exec(value.getText(source)) ?? [];
      const name = bound.getText(source);
      if (call) namespaces.set(name, [...(namespaces.get(name) ?? []), namespace]);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...namespaces].flatMap(([name, spaces]) => {
    const calls = text.matchAll(new RegExp(`\\b${name}(?:\\.rich|\\.markup)?\\(\\s*"([\\w.-]+)"`, "g"));
    return [...calls]
      .map(([, key = ""]) => key)
      .filter((key) => !spaces.some((space) => en.has(space ? `${space}.${key}` : key)))
      .map((key) => `${path}: ${spaces.join("|")}.${key}`);
  });
}

/** Names and notations that are the same in every language. */
const UNTRANSLATED =
  /^(DBMigrator|PostgreSQL|SQL|JSON|CSV|API|OpenAPI|English|Español|[A-Z]\b|⌘|Ctrl|Esc|[^\p{L}]*)+$/iu;
const VISIBLE_ATTRIBUTES = new Set([
  "aria-label",
  "placeholder",
  "title",
  "alt",
  "label",
  "description",
  "hint",
]);

function visibleText({ path, text }: SourceFile): string[] {
  const found: string[] = [];
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const report = (node: ts.Node, value: string) => {
    const words = value.replaceAll(/&#?\w+;/g, "").trim();
    if (!/\p{L}{2}/u.test(words) || UNTRANSLATED.test(words)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${path}:${line + 1}: ${words}`);
  };
  const visit = (node: ts.Node) => {
    if (ts.isJsxText(node)) report(node, node.text);
    if (
      ts.isJsxExpression(node) &&
      node.expression &&
      ts.isStringLiteral(node.expression) &&
      !ts.isJsxAttribute(node.parent)
    ) {
      report(node, node.expression.text);
    }
    if (ts.isJsxAttribute(node) && VISIBLE_ATTRIBUTES.has(node.name.getText(source))) {
      if (node.initializer && ts.isStringLiteral(node.initializer)) report(node, node.initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
