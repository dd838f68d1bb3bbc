import { createHash, createHmac } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";
import type { S3Access } from "../storage/s3-client";

/**
 * What the wire does with a request: passes it on, cuts it, cuts the answer after some bytes (0: does what it is asked
 * to and says nothing), refuses by 503, or answers by itself.
 */
export type Fault = "none" | "cut" | "busy" | { cutAnswerAfter: number } | { status: number; body: string };

/** The body by which S3 says what is wrong; it does so by status 200 too, where it had begun to answer. */
export const s3Error = (code: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`;

export interface TestS3 {
  access: S3Access;
  /** Method and path of every request, in order. */
  requests: string[];
  /** Asked before every request. */
  fault: (method: string, path: string) => Fault;
  /** Everything that lies in the server's folder for the bucket, unfinished parts included. */
  filesOnDisk(): Promise<string[]>;
  close(): Promise<void>;
}

const BUCKET = "archives";

/** A real S3 server (s3rver) behind a wire that fails when told to. */
export async function startTestS3(): Promise<TestS3> {
  const directory = await mkdtemp(join(tmpdir(), "dbmigrator-s3-"));
  const server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET, configs: [] }],
  });
  const { port } = await server.run();
  const s3: TestS3 = {
    access: {
      endpoint: "",
      region: "us-east-1",
      bucket: BUCKET,
      prefix: "",
      pathStyle: true,
      accessKeyId: "S3RVER",
      secretAccessKey: "S3RVER",
      encryption: "none",
      kmsKeyId: null,
      guarded: true,
    },
    requests: [],
    fault: () => "none",
    filesOnDisk: async () =>
      (await readdir(directory, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(directory.length)),
    close: async () => {
      wire.closeAllConnections();
      await new Promise((done) => wire.close(done));
      await Promise.race([server.close(), new Promise((done) => setTimeout(done, 2000).unref())]);
      await rm(directory, { recursive: true, force: true });
    },
  };
  const wire = await startWire(port, s3);
  s3.access.endpoint = `http://127.0.0.1:${(wire.address() as AddressInfo).port}`;
  return s3;
}

async function startWire(port: number, s3: TestS3): Promise<Server> {
  const wire = createServer((incoming, outgoing) => {
    const path = incoming.url ?? "";
    if (!isSigned(incoming, "S3RVER"))
      return answer(incoming, outgoing, { status: 403, body: s3Error("SignatureDoesNotMatch") });
    s3.requests.push(`${incoming.method} ${path}`);
    const fault = s3.fault(incoming.method ?? "", path);
    if (fault === "cut") return void incoming.socket.destroy();
    if (fault === "busy") return answer(incoming, outgoing, { status: 503, body: s3Error("SlowDown") });
    if (typeof fault === "object" && "status" in fault) return answer(incoming, outgoing, fault);
    forward(port, incoming, outgoing, typeof fault === "object" ? fault.cutAnswerAfter : null);
  });
  await new Promise<void>((done) => wire.listen(0, "127.0.0.1", done));
  return wire;
}

/**
 * Whether a request is signed with the secret; s3rver looks at the key alone. Unknown keys are left to it (docs: AWS,
 * "Create a signed AWS API request").
 */
function isSigned({ method, url = "", headers }: IncomingMessage, secret: string): boolean {
  const found = /Credential=S3RVER\/([^,]+), *SignedHeaders=([^,]+), *Signature=(\w+)/.exec(
    headers.authorization ?? "",
  );
  if (!found) return !headers.authorization?.includes("Credential=S3RVER/");
  const [, scope = "", signed = "", signature] = found;
  const [path, query = ""] = url.split("?");
  const pairs = query === "" ? [] : query.split("&").map((pair) => (pair.includes("=") ? pair : `${pair}=`));
  const values = signed.split(";").map((name) => `${name}:${String(headers[name] ?? "").trim()}\n`);
  const body = headers["x-amz-content-sha256"];
  const request = [method, path, pairs.sort().join("&"), values.join(""), signed, body].join("\n");
  const hash = createHash("sha256").update(request).digest("hex");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, hash].join("\n");
  const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString("hex") === signature;
}

function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { status, body }: { status: number; body: string },
): void {
  incoming.resume();
  incoming.on("end", () => {
    outgoing.writeHead(status, { "content-type": "application/xml" });
    outgoing.end(body);
  });
}

function forward(
  port: number,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  cutAfter: number | null,
): void {
  const { method, url, headers } = incoming;
  const upstream = request({ port, host: "127.0.0.1", method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    let sent = 0;
    answer.on("data", (data: Buffer) => {
      if (cutAfter === null) return void outgoing.write(data);
      outgoing.write(data.subarray(0, Math.max(0, cutAfter - sent)));
      sent += data.length;
      if (sent >= cutAfter) outgoing.socket?.destroySoon();
    });
    answer.on("end", () => outgoing.end());
  });
  upstream.on("error", () => outgoing.destroy());
  incoming.on("close", () => incoming.complete || upstream.destroy());
  incoming.pipe(upstream);
}
