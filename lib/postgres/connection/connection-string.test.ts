import { describe, expect, it } from "vitest";
import { parseConnectionString } from "./connect";

describe("parseConnectionString", () => {
  it("reads a URL", () => {
    expect(
      parseConnectionString(
        "postgresql://me:p%40ss@db.example.org:6543/shop?sslmode=verify-ca&application_name=x",
      ),
    ).toEqual({
      ...{
        host: "db.example.org",
        port: 6543,
        database: "shop",
        user: "me",
        password: "p@ss",
        tls: "verify-ca",
        applicationName: "x",
      },
    });
    expect(parseConnectionString("postgres://me@[::1]/shop")).toMatchObject({
      host: "::1",
      port: 5432,
      tls: "disable",
    });
  });

  it("takes a password with characters that a URL does not allow", () => {
    expect(parseConnectionString("postgres://me:a/b?c#d@e%@localhost/shop")).toMatchObject({
      password: "a/b?c#d@e%",
      host: "localhost",
    });
  });

  it("reads pairs, with quotes, in any case", () => {
    const text = `Host=db.example.org;PORT=5433;Database=shop;Username=me;Password="a;b""c";SSL Mode=VerifyFull;Pooling=true;`;
    expect(parseConnectionString(text)).toEqual({
      ...{
        host: "db.example.org",
        port: 5433,
        database: "shop",
        user: "me",
        password: 'a;b"c',
        tls: "verify-full",
      },
    });
    expect(
      parseConnectionString("Server=x;Initial Catalog=d;User Id=u;Pwd='a''b';Trust Server Certificate=true"),
    ).toMatchObject({ password: "a'b", tls: "require" });
  });

  it("encrypts and checks by default, except on this machine", () => {
    expect(parseConnectionString("postgres://me@db.example.org/shop").tls).toBe("verify-full");
    expect(parseConnectionString("postgres://me@127.0.0.1/shop").tls).toBe("disable");
    expect(parseConnectionString("postgres://me@db.example.org/shop?sslmode=prefer").tls).toBe("require");
  });

  it("fills in what the caller knows", () => {
    expect(parseConnectionString("postgres://localhost/shop", { user: "u", password: "p" })).toMatchObject({
      user: "u",
      password: "p",
    });
    expect(
      parseConnectionString("postgres://me:mine@localhost/shop", { user: "u", password: "p" }),
    ).toMatchObject({ user: "me", password: "mine" });
  });

  it.each([
    ["postgres://me@localhost/shop?sslrootcert=/etc/hostname", "sslrootcert"],
    ["postgres://me@localhost/shop?host=/tmp", "host"],
    ["postgres://me@localhost/shop?hostaddr=169.254.169.254", "hostaddr"],
    ["postgres://me@localhost/shop?options=-c%20role%3Dx", "options"],
    ["postgres://me@localhost/shop?sslkey=/etc/shadow", "sslkey"],
    ["postgres://me@localhost/shop?SSLMODE=require&service=x", "service"],
    ["postgres://me@localhost/shop?schema=other", "schema"],
    ["Host=x;Database=d;Username=u;Root Certificate=/etc/hostname", "Root Certificate"],
    ["Host=x;Database=d;Username=u;Passfile=/etc/passwd", "Passfile"],
  ])("refuses what would read files or lead elsewhere: %s", (text, name) => {
    expect(() => parseConnectionString(text)).toThrow(name);
  });

  it.each([
    ["", "empty"],
    ["mysql://me@localhost/shop", "postgres://"],
    ["postgres://me@a,b/shop", "several hosts"],
    ["postgres://me@localhost:99999/shop", "port"],
    ["postgres://localhost/shop", "no user"],
    ["postgres://me@localhost", "no database"],
    ["Database=d;Username=u", "no host"],
    ["postgres://me@localhost/shop?sslmode=maybe", "TLS mode"],
    ["just words", "neither"],
  ])("says what is missing in %s", (text, words) => {
    expect(() => parseConnectionString(text)).toThrow(words);
  });

  it("never repeats a password", () => {
    for (const text of [
      "postgres://me:s3cret@localhost:x/shop",
      "Host=x;Password=s3cret;Foo=bar",
      "postgres://me:s3cret@h/d?x=s3cret",
    ]) {
      try {
        parseConnectionString(text);
        expect.unreachable();
      } catch (error) {
        expect(JSON.stringify([String(error), error])).not.toContain("s3cret");
      }
    }
  });
});
