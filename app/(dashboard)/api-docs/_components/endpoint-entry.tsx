import { getTranslations } from "next-intl/server";
import { CopyButton } from "@/components/copy-button";
import type { Endpoint } from "@/lib/transport/api/endpoint";
import { typeWords } from "@/lib/transport/api/json-schema";
import { answerFields, fieldsOf } from "@/lib/transport/api/openapi";

/** One endpoint: its line, and opened, what it takes and how to call it. */
export async function EndpointEntry({ endpoint }: { endpoint: Endpoint }) {
  const t = await getTranslations("api-docs");
  const { permission } = endpoint.operation;
  const example = exampleOf(endpoint);
  return (
    <details className="border-b border-border last:border-b-0">
      <summary className="flex cursor-pointer flex-wrap items-baseline gap-x-3 gap-y-1 px-4 py-3">
        <code className="w-14 shrink-0 font-semibold">{endpoint.method}</code>
        <code className="break-all">{endpoint.path}</code>
        <span className="text-muted">
          {t(`operations.${endpoint.id}` as never)}
          {endpoint.missing ? <i> · {t("later")}</i> : null}
        </span>
      </summary>
      <div className="grid gap-4 px-4 pt-1 pb-4">
        {endpoint.missing ? <p>{t("later")}</p> : <Fields endpoint={endpoint} />}
        <dl className="kv">
          <dt>{t("permission")}</dt>
          <dd>{permission === "signed_in" ? t("signed_in") : <code>{String(permission)}</code>}</dd>
          <dt>{t("answers")}</dt>
          <dd>
            <code>{endpoint.missing ? 501 : (endpoint.status ?? 200)}</code>
          </dd>
        </dl>
        {endpoint.missing ? null : <AnswerFields endpoint={endpoint} />}
        <div>
          <p className="flex items-center gap-2 text-meta text-muted">
            {t("example")} <CopyButton text={example} label={`${endpoint.method} ${endpoint.path}`} />
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it with the keys. */}
          <pre className="mono overflow-x-auto text-meta" tabIndex={0}>
            {example}
          </pre>
        </div>
      </div>
    </details>
  );
}

interface Row {
  name: string;
  place: "path" | "query" | "body";
  type: string;
  required: boolean;
}

function rowsOf(endpoint: Endpoint): Row[] {
  const { parameters, body } = fieldsOf(endpoint);
  const rows: Row[] = parameters.map(({ name, in: place, schema, required }) => ({
    ...{ name, required, type: typeWords(schema) },
    place: place === "path" ? "path" : "query",
  }));
  const needed = new Set(body?.required ?? []);
  for (const [name, schema] of Object.entries(body?.properties ?? {})) {
    rows.push({
      name,
      place: "body",
      type: typeWords(schema),
      required: needed.has(name),
    });
  }
  return rows;
}

async function Fields({ endpoint }: { endpoint: Endpoint }) {
  const t = await getTranslations("api-docs");
  const rows = rowsOf(endpoint);
  if (rows.length === 0) return <p className="text-muted">{t("no_input")}</p>;
  return (
    <div className="overflow-x-auto">
      <table className="tbl">
        <caption className="sr-only">{t("input")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("field")}</th>
            <th scope="col">{t("in")}</th>
            <th scope="col">{t("type")}</th>
            <th scope="col">
              {t("needed")} / {t("optional")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.place} ${row.name}`}>
              <td>
                <code>{row.name}</code>
              </td>
              <td>{t(`places.${row.place}`)}</td>
              <td>
                <code>{row.type}</code>
              </td>
              <td>{row.required ? t("needed") : t("optional")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

async function AnswerFields({ endpoint }: { endpoint: Endpoint }) {
  const t = await getTranslations("api-docs");
  const fields = answerFields(endpoint);
  if (fields.length === 0) return null;
  return (
    <div className="overflow-x-auto">
      <table className="tbl">
        <caption className="text-left text-meta text-muted">{t("answer_fields")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("field")}</th>
            <th scope="col">{t("type")}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, schema, required }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td>
                <code>{typeWords(schema)}</code>
                {required ? null : <span className="text-muted"> · {t("optional")}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A call with curl; the address and the token are the reader's. */
function exampleOf(endpoint: Endpoint): string {
  const rows = rowsOf(endpoint);
  const query = rows
    .filter((row) => row.place === "query" && row.required)
    .map((row) => `${row.name}=${placeholder(row)}`);
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => `<${name}>`);
  const url = `"$DBMIGRATOR_URL/api/v1${path}${query.length > 0 ? `?${query.join("&")}` : ""}"`;
  const lines = [`curl -X ${endpoint.method} ${url}`, '  -H "Authorization: Bearer $DBMIGRATOR_TOKEN"'];
  const body = rows.filter((row) => row.place === "body" && row.required);
  if (body.length > 0) {
    const json = body
      .map((row) => `"${row.name}": ${row.type.startsWith("integer") ? 1 : `"${placeholder(row)}"`}`)
      .join(", ");
    lines.push('  -H "Content-Type: application/json"', `  -d '{${json}}'`);
  }
  return lines.join(" \\\n");
}

function placeholder(row: Row): string {
  return `<${row.name}>`;
}
