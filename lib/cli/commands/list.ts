import { count, paint, print, printJson, printTable } from "../output";
import { type CommonOptions, isJson, readFolder } from "../session";

export async function list(options: CommonOptions): Promise<number> {
  const { folder, migrations } = readFolder(options);
  if (isJson(options)) {
    printJson({
      dir: folder,
      migrations: migrations.map(({ service, version, name, filename, kind, checksum, down }) => {
        return { service, version, name, filename, kind, checksum, hasDown: down !== null };
      }),
    });
    return 0;
  }
  if (migrations.length === 0) {
    print(`No migrations in ${folder}. Make the first one with \`dbmigrator create NAME\`.`);
    return 0;
  }
  printTable(
    [{ title: "SERVICE" }, { title: "VERSION" }, { title: "NAME" }, { title: "WAY BACK" }],
    migrations.map(({ service, version, name, kind, down }) => [
      service,
      kind === "repeatable" ? "repeatable" : version,
      name,
      {
        text: down === null ? "none" : "down script",
        paint: down === null ? paint.faint : (text: string) => text,
      },
    ]),
  );
  print();
  print(`${count(migrations.length, "migration")} in ${folder}`);
  return 0;
}
