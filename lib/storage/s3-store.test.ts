import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ArchiveStore } from "../core/backup/types";
import { s3Error, startTestS3, type TestS3 } from "../testing/s3-server";
import type { S3Access } from "./s3-client";
import { S3Storage } from "./s3-storage";

const MIB = 1024 * 1024;
let s3: TestS3;
beforeAll(async () => {
  s3 = await startTestS3();
});
afterAll(() => s3.close());
beforeEach(() => {
  s3.fault = () => "none";
  s3.requests = [];
});

const storage = (access: Partial<S3Access> = {}) => new S3Storage({ ...s3.access, ...access });
/** For faults that stay: the patient one waits long for their end. */
const quick = () => new S3Storage(s3.access, "quick");

async function put(store: ArchiveStore, name: string, ...chunks: Uint8Array[]): Promise<void> {
  const writer = await store.write(name);
  const reused = new Uint8Array(Math.max(...chunks.map((chunk) => chunk.length), 0));
  for (const chunk of chunks) {
    // What the caller does with its bytes afterwards must not change what is stored.
    reused.set(chunk);
    await writer.write(reused.subarray(0, chunk.length));
    reused.fill(0);
  }
  await writer.finish();
}

async function get(
  store: ArchiveStore,
  name: string,
  range?: { start: number; end?: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.read(name, range)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

it("is opened without a word of the client about the age of Node", async () => {
  const warned = vi.spyOn(process, "emitWarning");
  await storage().list();
  expect(warned.mock.calls.filter(([text]) => String(text).includes("NodeVersionSupport"))).toEqual([]);
  warned.mockRestore();
});

describe("a file of an archive in a bucket", () => {
  it("comes back as it was written, whole and in parts, empty ones too", async () => {
    const store = storage({ prefix: "deep/below" }).open("one");
    const big = randomBytes(40 * MIB + 17);
    await put(store, "data/big", big.subarray(0, 30 * MIB), big.subarray(30 * MIB));
    await put(store, "empty");
    expect(s3.requests.filter((line) => /partNumber=/.test(line)).length).toBe(3);
    expect(hashOf(await get(store, "data/big"))).toBe(hashOf(big));
    expect(await get(store, "data/big", { start: 5, end: 9 })).toEqual(big.subarray(5, 9));
    expect(await get(store, "data/big", { start: big.length - 3 })).toEqual(big.subarray(-3));
    expect(await get(store, "data/big", { start: big.length - 3, end: big.length + 100 })).toEqual(
      big.subarray(-3),
    );
    expect(await get(store, "data/big", { start: big.length })).toHaveLength(0);
    expect(await get(store, "empty")).toHaveLength(0);
    expect(await store.list()).toEqual([
      { name: "data/big", bytes: big.length },
      { name: "empty", bytes: 0 },
    ]);
    expect(store.location).toBe("s3://archives/deep/below/one");
  });

  it("is not there before it is finished, nor after it was aborted, and leaves no parts", async () => {
    const store = storage().open("aborted");
    const writer = await store.write("data");
    await writer.write(randomBytes(20 * MIB));
    await expect.poll(() => s3.requests.some((line) => line.includes("partNumber="))).toBe(true);
    expect(await store.exists("data")).toBe(false);
    await writer.abort();
    await writer.abort();
    expect(await store.exists("data")).toBe(false);
    // The test's server keeps parts out of sight and cannot remove them; that it was asked to is what can be seen.
    expect(s3.requests.filter((line) => /^DELETE .*aborted\/data.*uploadId=/.test(line)).length).toBe(1);
  });

  it("that is missing is told by its name", async () => {
    await expect(get(storage().open("none"), "data")).rejects.toMatchObject({ code: "backup.file_missing" });
    expect(await storage().open("none").exists("data")).toBe(false);
    expect(await storage().open("none").list()).toEqual([]);
  });
});

describe("a service that fails now and then", () => {
  /** The first requests that fit fail, the others do not. */
  const failFirst = (count: number, fits: RegExp, fault: "cut" | "busy") => {
    let left = count;
    s3.fault = (method, path) => (fits.test(`${method} ${path}`) && left-- > 0 ? fault : "none");
  };

  it.each(["cut", "busy"] as const)("%s: parts are sent again and the file is whole", async (fault) => {
    const store = storage().open(`flaky-${fault}`);
    const bytes = randomBytes(36 * MIB);
    failFirst(3, /PUT .*partNumber=/, fault);
    await put(store, "data", bytes);
    expect(hashOf(await get(store, "data"))).toBe(hashOf(bytes));
  });

  it("drops downloads: they go on where they ended, without a byte twice", async () => {
    const store = storage().open("dropped");
    const bytes = randomBytes(6 * MIB);
    await put(store, "data", bytes);
    let drops = 4;
    s3.fault = (method) => (method === "GET" && drops-- > 0 ? { cutAnswerAfter: 700_000 } : "none");
    s3.requests = [];
    expect(hashOf(await get(store, "data"))).toBe(hashOf(bytes));
    expect(s3.requests.length).toBeGreaterThanOrEqual(5);
  });

  it("for good: the writer says so, and nothing lies in the bucket", async () => {
    const store = quick().open("dead");
    s3.fault = (method, path) => (method === "PUT" && path.includes("dead/") ? "busy" : "none");
    const writer = await store.write("data");
    await expect(
      (async () => {
        for (let n = 0; n < 5; n++) await writer.write(randomBytes(10 * MIB));
        await writer.finish();
      })(),
    ).rejects.toMatchObject({ kind: "target", code: "storage.busy" });
    await writer.abort();
    s3.fault = () => "none";
    expect(await store.list()).toEqual([]);
  });

  /** Writes until it fails; parts that were sent are given up. */
  async function failing(name: string): Promise<unknown> {
    const writer = await quick().open(name).write("data");
    try {
      for (let n = 0; n < 4; n++) await writer.write(randomBytes(10 * MIB));
      await writer.finish();
      return null;
    } catch (error) {
      await writer.abort();
      return error;
    }
  }

  it.each([
    [400, "ExpiredToken", "storage.key_expired"],
    [403, "AccessDenied", "storage.no_rights"],
  ])(
    "a key that is refused in the middle (%i %s): said so, and its parts are given up",
    async (status, code, told) => {
      const name = `key-${status}`;
      s3.fault = (method, path) =>
        method === "PUT" && path.includes("partNumber=2") ? { status, body: s3Error(code) } : "none";
      expect(await failing(name)).toMatchObject({ kind: "target", code: told });
      expect(s3.requests.filter((line) => /^DELETE .*uploadId=/.test(line))).toHaveLength(1);
      s3.fault = () => "none";
      expect(await storage().open(name).list()).toEqual([]);
    },
  );

  it("joins the parts again when the answer is 200 with an error in it, and fails when it stays so", async () => {
    const joins = /^POST .*uploadId=/;
    let left = 2;
    s3.fault = (method, path) =>
      joins.test(`${method} ${path}`) && left-- > 0
        ? { status: 200, body: s3Error("InternalError") }
        : "none";
    expect(await failing("joined")).toBeNull();
    expect(await storage().open("joined").list()).toEqual([{ name: "data", bytes: 40 * MIB }]);
    s3.fault = (method, path) =>
      joins.test(`${method} ${path}`) ? { status: 200, body: s3Error("MalformedXML") } : "none";
    expect(await failing("not-joined")).toMatchObject({ kind: "target" });
    expect(s3.requests.some((line) => /^DELETE .*not-joined.*uploadId=/.test(line))).toBe(true);
    s3.fault = () => "none";
    expect(await storage().open("not-joined").list()).toEqual([]);
  });

  it("loses the answer to the joining: the file is there all the same", async () => {
    let left = 1;
    s3.fault = (method, path) => {
      if (method !== "POST" || !path.includes("uploadId=")) return "none";
      return left-- > 0 ? { cutAnswerAfter: 0 } : { status: 404, body: s3Error("NoSuchUpload") };
    };
    expect(await failing("lost")).toBeNull();
    expect(await storage().open("lost").list()).toEqual([{ name: "data", bytes: 40 * MIB }]);
  });

  it("for good: a download ends with an error and not early", async () => {
    const store = quick().open("cut-off");
    await put(store, "data", randomBytes(MIB));
    s3.fault = (method) => (method === "GET" ? "cut" : "none");
    await expect(get(store, "data")).rejects.toMatchObject({ code: "storage.away" });
  }, 60_000);
});

describe("a listing", () => {
  const page = (keys: string[], more: string) =>
    `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>archives</Name>${more}${keys
      .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
      .join("")}</ListBucketResult>`;
  const answerLists = (body: (path: string) => string) => {
    s3.fault = (_, path) => (path.includes("list-type") ? { status: 200, body: body(path) } : "none");
  };

  it("has as many pages as the service says", async () => {
    answerLists((path) =>
      path.includes("continuation-token=second")
        ? page(["paged/b"], "<IsTruncated>false</IsTruncated>")
        : page(
            ["paged/a"],
            "<IsTruncated>true</IsTruncated><NextContinuationToken>second</NextContinuationToken>",
          ),
    );
    expect((await storage().open("paged").list()).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it.each([
    ["what answers is no S3 service", () => "<html><body>Sign in to the network</body></html>"],
    ["the next page is missing", () => page(["cut/a"], "<IsTruncated>true</IsTruncated>")],
  ])("is no empty or shorter one: %s", async (_, body) => {
    answerLists(body);
    await expect(storage().list()).rejects.toMatchObject({ kind: "target", code: "storage.odd_answer" });
    await expect(storage().open("cut").delete()).rejects.toMatchObject({ code: "storage.odd_answer" });
  });

  it("calls no archive damaged because the service stopped to answer", async () => {
    await put(storage().open("fine"), "manifest.json", randomBytes(10));
    s3.fault = (method, path) => (method === "GET" && path.includes("/manifest.json") ? "busy" : "none");
    await expect(storage().list()).rejects.toMatchObject({ code: "storage.busy" });
  });
});

describe("a storage", () => {
  it("is tried out by an object that comes and goes", async () => {
    const before = await s3.filesOnDisk();
    await storage({ prefix: "team" }).tryOut();
    expect(await s3.filesOnDisk()).toEqual(before);
  });

  it("removes an archive, the manifest first", async () => {
    const store = storage().open("gone");
    await put(store, "data/a", randomBytes(10));
    await put(store, "manifest.json", randomBytes(10));
    s3.requests = [];
    await store.delete();
    await store.delete();
    expect(s3.requests[0]).toContain("DELETE /archives/gone/manifest.json");
    expect(await store.list()).toEqual([]);
  });

  it("tells which of bucket, key and address is wrong", async () => {
    await expect(storage({ bucket: "nowhere" }).tryOut()).rejects.toMatchObject({
      code: "storage.no_bucket",
    });
    await expect(storage({ accessKeyId: "nobody" }).tryOut()).rejects.toMatchObject({
      code: "storage.unknown_key",
    });
    await expect(storage({ secretAccessKey: "wrong" }).tryOut()).rejects.toMatchObject({
      code: "storage.wrong_secret",
    });
    await expect(storage({ endpoint: "http://127.0.0.1:1" }).tryOut()).rejects.toMatchObject({
      code: "storage.away",
    });
    expect(() => storage({ endpoint: "file:///etc" })).toThrow(
      expect.objectContaining({ code: "storage.bad_endpoint" }),
    );
  }, 60_000);

  it.each([
    [301, "PermanentRedirect", "storage.other_region", /not in the region us-east-1/],
    [400, "AuthorizationHeaderMalformed", "storage.other_region", /not in the region us-east-1/],
    [403, "RequestTimeTooSkewed", "storage.clock", /clock of this machine/],
    [403, "AccessDenied", "storage.no_rights", /s3:\/\/archives: the access key may not/],
    [403, "OfAnotherService", "storage.refused", /refused the key/],
  ])("tells %i %s in words of its own", async (status, code, told, message) => {
    s3.fault = () => ({ status, body: s3Error(code) });
    const failed = { code: told, message: expect.stringMatching(message), hint: expect.any(String) };
    await expect(storage().tryOut()).rejects.toMatchObject(failed);
    await expect(storage().list()).rejects.toMatchObject({ code: told });
  });

  it("is refused where a cloud machine tells its credentials", async () => {
    expect(() => storage({ endpoint: "http://169.254.169.254" })).toThrow(
      expect.objectContaining({ code: "storage.forbidden_address" }),
    );
    expect(() => storage({ endpoint: "http://[fe80::1]" })).toThrow(
      expect.objectContaining({ code: "storage.forbidden_address" }),
    );
    expect(() => storage({ endpoint: "http://169.254.169.254", guarded: false })).not.toThrow();
  });

  it("names look like secrets nowhere: what it says of itself holds no key", () => {
    expect(JSON.stringify(storage().open("x").location)).not.toContain("S3RVER");
  });
});
