import { defineRule } from "../rule";

export const serverFiles = defineRule({
  code: "copy-server-file",
  severity: "danger",
  effect: "may_fail",
  title: "COPY uses the file {file} of the database server",
  message:
    "The file lies on the server and not beside the script: it needs the rights of pg_read_server_files or pg_write_server_files, COPY TO overwrites what is there, and neither can be tried on a shadow.",
  suggestion: "Use COPY … FROM stdin with the rows in the script.",
  on: "CopyStmt",
  check: (stmt) => (stmt.filename && !stmt.is_program ? [{ params: { file: stmt.filename } }] : []),
});
