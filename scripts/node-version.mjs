// Written for every Node that knows modules, so that an old one says this and not a syntax error.
const parts = process.versions.node.split(".").map(Number);
if (parts[0] < 20 || (parts[0] === 20 && parts[1] < 19)) {
  console.error(
    `DBMigrator: Node ${process.versions.node} is too old: DBMigrator needs Node 20.19 or newer.`,
  );
  process.exit(1);
}
