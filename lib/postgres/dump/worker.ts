/**
 * Source of the thread that runs pg_dump (WebAssembly). It is text, started with `eval`, so that it works from the
 * web build, from the bundled command line and from tests alike without a file of its own. libpq inside calls
 * synchronously: each write is posted to the main thread, and the thread sleeps until the server's answer is there.
 */
export const DUMP_WORKER = `
process.argv[1] = "pg_dump";
const { workerData, receiveMessageOnPort } = require("node:worker_threads");
const { module: file, program, port, flag, args } = workerData;
const bell = new Int32Array(flag);
const pg = {
  query: async () => ({ rows: [{ search_path: "" }] }),
  exec: async () => {},
  execProtocolRawStream(bytes, { onRawData }) {
    Atomics.store(bell, 0, 0);
    port.postMessage({ type: "write", bytes: bytes.slice() });
    // A late notify of the answer before may wake it too early.
    while (Atomics.load(bell, 0) === 0) Atomics.wait(bell, 0, 0);
    const answer = receiveMessageOnPort(port);
    if (answer && answer.message.length > 0) onRawData(answer.message);
  },
};
// What the library would compile is here already.
WebAssembly.instantiate = async (_, imports) => ({ module: program, instance: new WebAssembly.Instance(program, imports) });
// It takes lines that begin with \\restrict out of the whole dump, also out of functions' bodies: that is left to us.
const { replace } = String.prototype;
String.prototype.replace = function (pattern, by) {
  return String(pattern).includes("restrict") ? String(this) : replace.call(this, pattern, by);
};
require(file)
  .pgDump({ pg, args })
  .then((dump) => dump.text())
  .then((text) => port.postMessage({ type: "done", text }))
  .catch((error) => port.postMessage({ type: "failed", message: String(error && error.message) }));
`;
