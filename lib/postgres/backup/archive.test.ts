import { createHash, randomBytes } from "node:crypto";
import {
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { BackupCodec, Manifest, ManifestFile } from "../../core/backup/types";
import { newFolder } from "../../testing/backups";
import { dataFileNames, encodeIdentifier, isSafeName } from "./archive-names";
import { openArchive } from "./archive-reader";
import { archiveSink } from "./archive-writer";
import { BLOCK_BYTES } from "./codec";
import { CHUNK_BYTES, decryptFile, encryptFile, wrapKey, wrappingKey } from "./crypt";
import { folderStorage, folderStore } from "./folder-store";
import { sealManifest, type UnsealedManifest } from "./manifest";
import { verifyBackup } from "./verify";

const key = wrappingKey(randomBytes(32));

async function* once(...parts: Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

/** An archive without a database: three tables' worth of text. */
async function makeArchive(folder: string, codec: BackupCodec, encrypted: boolean): Promise<Buffer[]> {
  const store = folderStore(folder);
  const archiveKey = encrypted ? randomBytes(32) : null;
  const sink = archiveSink(store, codec, archiveKey);
  const contents = [
    Buffer.from("1\tone\n2\ttwo\n"),
    randomBytes(2000),
    Buffer.concat([Buffer.alloc(BLOCK_BYTES, "row after row\n"), randomBytes(5000)]),
  ];
  const files = [];
  for (const [at, content] of contents.entries()) {
    const file = sink.file(`data/public.t${at}.copy`, "data");
    for (let from = 0; from < content.length; from += BLOCK_BYTES)
      await file.push(content.subarray(from, from + BLOCK_BYTES));
    const done = await file.finish(1);
    if (done) files.push(done);
  }
  const id = "ab".repeat(16);
  const encryption = archiveKey
    ? { cipher: "aes-256-gcm" as const, keyId: key.id, wrappedKey: wrapKey(archiveKey, key, id) }
    : null;
  const totals = { tables: 3, rows: 3, rawBytes: 0, archiveBytes: 0, durationMs: 1 };
  const manifest = {
    format: "dbmigrator-backup",
    formatVersion: 1,
    id,
    codec,
    encryption,
    files,
    tables: [],
    totals,
  };
  const writer = await store.write("manifest.json");
  await writer.write(Buffer.from(sealManifest(manifest as unknown as UnsealedManifest, archiveKey)));
  await writer.finish();
  return contents;
}

describe("an archive", () => {
  for (const codec of ["zstd", "gzip", "none"] as const) {
    for (const encrypted of [false, true]) {
      it(`reads back what was written: ${codec}${encrypted ? ", encrypted" : ""}`, async () => {
        const folder = join(await newFolder(), "a");
        const contents = await makeArchive(folder, codec, encrypted);
        const { manifest, read } = await openArchive(folderStore(folder), [key]);
        for (const [at, file] of manifest.files.entries())
          expect((await all(read(file))).equals(contents[at] as Buffer)).toBe(true);
        expect(await verifyBackup({ store: folderStore(folder), keys: [key] })).toMatchObject({
          ok: true,
          filesChecked: 3,
        });
      });
    }
  }

  it("cannot be opened without its key or with another one", async () => {
    const folder = join(await newFolder(), "a");
    await makeArchive(folder, "zstd", true);
    await expect(openArchive(folderStore(folder))).rejects.toMatchObject({ code: "backup.no_key" });
    const wrong = { id: key.id, bytes: randomBytes(32) };
    await expect(openArchive(folderStore(folder), [wrong])).rejects.toMatchObject({
      code: "backup.wrong_key",
    });
  });

  it("is not listed as a backup before its manifest is there, and is seen as unfinished", async () => {
    const root = await newFolder();
    await makeArchive(join(root, "whole"), "zstd", false);
    await makeArchive(join(root, "cut"), "zstd", false);
    await rm(join(root, "cut", "manifest.json"));
    await mkdir(join(root, "holiday-photos"));
    const found = await folderStorage(root).list();
    expect(found.map(({ name, manifest }) => [name, manifest !== null])).toEqual([
      ["cut", false],
      ["whole", true],
    ]);
  });

  it("is removed with everything that was left of it", async () => {
    const folder = join(await newFolder(), "a");
    await makeArchive(folder, "none", false);
    const store = folderStore(folder);
    const unfinished = await store.write("data/unfinished");
    await store.delete();
    await unfinished.abort();
    await store.delete();
    expect(await store.list()).toEqual([]);
    await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("verify", () => {
  let folder: string;
  let another: string;
  let names: string[];
  beforeAll(async () => {
    folder = join(await newFolder(), "a");
    another = join(await newFolder(), "a");
    await makeArchive(folder, "zstd", false);
    await makeArchive(another, "zstd", false);
    const data = await readdir(join(folder, "data"));
    names = ["manifest.json", ...data.map((name) => `data/${name}`)];
  });

  /** Each spoils one archive in one way; `at` and `bit` say where. */
  const damages = {
    flip: async (root: string, name: string, at: number, bit: number) => {
      const file = join(root, name);
      const bytes = await readFile(file);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] as number) ^ (1 << bit);
      await writeFile(file, bytes);
    },
    cut: async (root: string, name: string, at: number) => {
      const { size } = await stat(join(root, name));
      await truncate(join(root, name), at % size);
    },
    grow: async (root: string, name: string, at: number) => {
      const bytes = await readFile(join(root, name));
      await writeFile(join(root, name), Buffer.concat([bytes, Buffer.from([at & 255])]));
    },
    remove: (root: string, name: string) => rm(join(root, name)),
    rename: (root: string, name: string) => rename(join(root, name), join(root, `${name}.x`)),
    swap: async (root: string, name: string, at: number) => {
      const others = names.filter((other) => other !== name);
      const other = others[at % others.length] as string;
      await rename(join(root, name), join(root, "aside"));
      await rename(join(root, other), join(root, name));
      await rename(join(root, "aside"), join(root, other));
    },
    empty: (root: string, name: string) => writeFile(join(root, name), ""),
    /** As another backup of the same database has it. */
    other: (root: string, name: string) => {
      // The first table's rows are the same in both.
      const file = name.includes(".t0.") ? name.replace(".t0.", ".t1.") : name;
      return cp(join(another, file), join(root, file));
    },
    link: async (root: string, name: string) => {
      const file = name === "manifest.json" ? (names[1] as string) : name;
      await rm(join(root, file));
      await symlink(join(folder, file), join(root, file));
    },
  };

  it("finds every flipped bit and every truncated, grown, missing, renamed or swapped file", async () => {
    let turn = 0;
    const spoiled = fc.record({
      kind: fc.constantFrom(...(Object.keys(damages) as (keyof typeof damages)[])),
      file: fc.nat(3),
      at: fc.nat(1_000_000),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(spoiled, async ({ kind, file, at, bit }) => {
        const copy = `${folder}-${turn++}`;
        await cp(folder, copy, { recursive: true });
        try {
          await damages[kind](copy, names[file] as string, at, bit);
          const result = await verifyBackup({ store: folderStore(copy) }).catch((error) => error);
          // Without a manifest it is no backup at all, which is told as such.
          if (result instanceof Error) expect(result).toMatchObject({ code: "backup.not_there" });
          else expect(result.ok).toBe(false);
        } finally {
          await rm(copy, { recursive: true });
        }
      }),
      { numRuns: 500 },
    );
  }, 240_000);

  it("refuses a manifest that was written to mislead, its checksum fitting", async () => {
    const sealed = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Manifest;
    const forge = async (change: (manifest: Manifest) => void) => {
      const copy = join(await newFolder(), "a");
      await cp(folder, copy, { recursive: true });
      const { mac: _, sha256: __, ...manifest } = structuredClone(sealed);
      change(manifest as Manifest);
      await writeFile(join(copy, "manifest.json"), sealManifest(manifest, null));
      return verifyBackup({ store: folderStore(copy) });
    };
    const [first] = sealed.files as [ManifestFile];
    const table = { schema: "public", name: "t", columns: ["a"], rows: 1, rawBytes: 1 };
    const forgeries: ((manifest: Manifest) => void)[] = [
      (manifest) => manifest.files.push({ ...first, name: "../outside" }),
      (manifest) => manifest.files.push({ ...first, name: "/etc/passwd" }),
      (manifest) => manifest.files.push({ ...first, name: "data/./x" }),
      (manifest) => manifest.files.push(first),
      (manifest) => manifest.files.push({ ...first, name: "data/x", bytes: -1 }),
      (manifest) => Object.assign(manifest, { files: undefined }),
      (manifest) => Object.assign(manifest, { tables: "none" }),
      (manifest) => manifest.tables.push({ ...table, files: ["data/unknown.copy"] }),
      (manifest) =>
        manifest.tables.push({ ...table, files: [first.name] }, { ...table, files: [first.name] }),
    ];
    for (const change of forgeries)
      expect(await forge(change)).toMatchObject({ ok: false, findings: [{ problem: "manifest_damaged" }] });
  });

  it.each(["zstd", "gzip"] as const)(
    "reads no more of a file than it is said to hold (%s)",
    async (codec) => {
      const bomb = join(await newFolder(), "a");
      await makeArchive(bomb, codec, false);
      const path = join(bomb, "manifest.json");
      const { mac: _, sha256: __, ...manifest } = JSON.parse(await readFile(path, "utf8")) as Manifest;
      const [first, , last] = manifest.files as [ManifestFile, ManifestFile, ManifestFile];
      // One that unpacks to far more than it says, and a zstd frame of a thousand blocks of one byte repeated.
      last.rawBytes = 100;
      const block = Buffer.from([0, 0, 0, 0x41]);
      block.writeUIntLE((131072 << 3) | 2, 0, 3);
      const frame = Buffer.concat([
        Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x78]),
        ...Array(1000).fill(block),
      ]);
      if (codec === "zstd") {
        await writeFile(join(bomb, first.name), frame);
        Object.assign(first, {
          bytes: frame.length,
          sha256: createHash("sha256").update(frame).digest("hex"),
        });
      }
      await writeFile(path, sealManifest(manifest, null));
      const archive = await openArchive(folderStore(bomb), []);
      await expect(archive.readText(last)).rejects.toMatchObject({ code: "backup.damaged" });
      if (codec === "zstd")
        await expect(archive.readText(first)).rejects.toMatchObject({
          code: "backup.damaged",
          details: { reason: "a zstd frame holds more than the whole file" },
        });
    },
  );

  it("names the file and what is wrong with it", async () => {
    const copy = `${folder}-named`;
    await cp(folder, copy, { recursive: true });
    await rm(join(copy, "data/public.t0.copy.zst"));
    await writeFile(join(copy, "data/stranger"), "x");
    const result = await verifyBackup({ store: folderStore(copy) });
    expect(result.findings).toEqual([
      { file: "data/public.t0.copy.zst", problem: "missing", message: "data/public.t0.copy.zst is missing." },
    ]);
    expect(result.extra).toEqual(["data/stranger"]);
  });

  it("finds a manifest that somebody rewrote, checksum and all, when the archive is encrypted", async () => {
    const forged = join(await newFolder(), "a");
    await makeArchive(forged, "zstd", true);
    const path = join(forged, "manifest.json");
    const { mac: _, sha256: __, ...manifest } = JSON.parse(await readFile(path, "utf8")) as Manifest;
    manifest.totals.rows = 4;
    await writeFile(path, sealManifest(manifest, randomBytes(32)));
    const result = await verifyBackup({ store: folderStore(forged), keys: [key] });
    expect(result).toMatchObject({ ok: false, author: "checked", findings: [{ problem: "not_authentic" }] });
    // Whoever has another secret cannot tell, and is told so.
    const other = { id: "another", bytes: randomBytes(32) };
    for (const keys of [[], [other]])
      expect(await verifyBackup({ store: folderStore(forged), keys })).toMatchObject({
        ok: true,
        author: "no_key",
      });
    await expect(openArchive(folderStore(forged), [key])).rejects.toMatchObject({
      code: "backup.not_authentic",
    });
  });
});

describe("an encrypted file", () => {
  const archiveKey = randomBytes(32);
  const plain = randomBytes(3 * CHUNK_BYTES);
  const sealed = (() => {
    const cipher = encryptFile(archiveKey, "data/a.copy");
    return Buffer.concat([...cipher.update(plain), ...cipher.final()]);
  })();
  const chunk = CHUNK_BYTES + 16;
  const head = 15;
  const open = (bytes: Buffer, name = "data/a.copy") => all(decryptFile(once(bytes), archiveKey, name));

  it("opens whole, also when it came in small pieces", async () => {
    expect((await open(sealed)).equals(plain)).toBe(true);
    const pieces = Array.from({ length: Math.ceil(sealed.length / 70_001) }, (_, at) =>
      sealed.subarray(at * 70_001, (at + 1) * 70_001),
    );
    const joined = await all(decryptFile(once(...pieces), archiveKey, "data/a.copy"));
    expect(joined.equals(plain)).toBe(true);
  });

  it("does not open under another name, cut at a chunk's border, or with its chunks in another order", async () => {
    await expect(open(sealed, "data/b.copy")).rejects.toThrow();
    await expect(open(sealed.subarray(0, head + 2 * chunk))).rejects.toThrow();
    await expect(open(sealed.subarray(0, head))).rejects.toThrow();
    const part = (at: number) => sealed.subarray(head + at * chunk, head + (at + 1) * chunk);
    const mixed = Buffer.concat([sealed.subarray(0, head), part(1), part(0), part(2)]);
    await expect(open(mixed)).rejects.toThrow();
  });
});

describe("names of files", () => {
  it("are safe and different for any two tables, also where case does not count", () => {
    const identifier = fc.string({ minLength: 1, maxLength: 63, unit: "binary" });
    const table = fc.record({ schema: identifier, name: identifier });
    fc.assert(
      fc.property(
        fc.uniqueArray(table, { maxLength: 30, selector: (one) => `${one.schema}\0${one.name}` }),
        (tables) => {
          const nameOf = dataFileNames();
          const made = tables.map((one) => nameOf(one));
          expect(new Set(made.map((name) => name.toLowerCase())).size).toBe(tables.length);
          for (const name of made) {
            expect(isSafeName(name)).toBe(true);
            expect(Buffer.byteLength(name.slice("data/".length))).toBeLessThan(230);
          }
        },
      ),
    );
  });

  it("stay readable where they can", () => {
    const nameOf = dataFileNames();
    expect(nameOf({ schema: "public", name: "Orders" })).toBe("data/public.Orders.copy");
    expect(nameOf({ schema: "public", name: "orders" })).toBe("data/public.orders~2.copy");
    expect(nameOf({ schema: "public", name: "orders" }, 3)).toBe("data/public.orders~2.p0003.copy");
    expect(nameOf({ schema: "a.b", name: "../x" })).toBe("data/a%2Eb.%2E%2E%2Fx.copy");
    expect(encodeIdentifier("con")).toBe("%63on");
  });
});
