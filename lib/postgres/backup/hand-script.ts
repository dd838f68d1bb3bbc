import type { Manifest } from "../../core/backup/types";
import { codecOf, logicalName, POST_DATA, PRE_DATA, SEQUENCES } from "./archive-names";
import { columnList, quoteTable } from "./sql-text";

type Contents = Pick<Manifest, "files" | "tables" | "database" | "server">;

const TO_STDOUT = { zstd: "zstd -dc", gzip: "gzip -dc", none: "cat" } as const;
const BESIDE = { zstd: "zstd -dkf", gzip: "gzip -dkf", none: "true" } as const;

/**
 * The restore by hand as a script for psql: `createdb new && psql -d new -f restore.psql` in the archive's folder.
 * Only for archives that are not encrypted. Names of files hold no quotes and no spaces.
 */
export function handScript({ files, tables, database, server }: Contents): string {
  const has = (name: string) => (files.some((file) => file.name === name) ? [`\\i ${name}`] : []);
  const copies = tables.flatMap((table) =>
    table.files.flatMap((file) =>
      copyLines(`${quoteTable(table.loadInto ?? table)}${columnList(table.columns)}`, file),
    ),
  );
  const objects = files
    .filter((file) => file.kind === "large_objects")
    .flatMap(({ name }) => [`\\! ${BESIDE[codecOf(name)]} ${name}`, `\\i ${logicalName(name)}`]);
  const title = `${database.name}, PostgreSQL ${server.version}`.replace(/[\r\n]/g, " ");
  return [
    `-- ${title}. In this folder: createdb new && psql -d new -f restore.psql`,
    "\\set ON_ERROR_STOP on",
    ...has(PRE_DATA),
    ...copies,
    ...has(SEQUENCES),
    ...objects,
    ...has(POST_DATA),
    "",
  ].join("\n");
}

function copyLines(target: string, file: string): string[] {
  const rows = `${TO_STDOUT[codecOf(file)]} ${file}`;
  if (!/[\n\r]/.test(target)) return [`\\copy ${target} from program '${rows}'`];
  // \copy ends with its line, and the name goes on: a script of its own has no such limit.
  const head = [...Buffer.from(`COPY ${target} FROM stdin;\n`, "utf8")].map(
    (byte) => `\\0${byte.toString(8)}`,
  );
  const script = `${logicalName(file)}.psql`;
  return [
    `\\! (printf '%b' '${head.join("")}'; ${rows}; printf '%b' '\\0134.\\012') > ${script}`,
    `\\i ${script}`,
  ];
}
