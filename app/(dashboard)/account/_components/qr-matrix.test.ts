import { URI } from "otpauth";
import { describe, expect, it } from "vitest";
import { newTotpSecret, totpUri } from "@/lib/access/totp";
import { readQr } from "@/lib/testing/read-qr";
import { qrMatrix } from "./qr-matrix";

describe("the QR code of one-time codes", () => {
  it("reads as the address that an authenticator wants, with the secret in it", () => {
    const secret = newTotpSecret();
    const uri = totpUri(secret, "ada.lovelace@example.org");
    const read = readQr(qrMatrix(uri));
    expect(read).toBe(uri);
    const parsed = URI.parse(read);
    expect(parsed.secret.base32).toBe(secret);
    expect(parsed.label).toBe("ada.lovelace@example.org");
  });

  it.each([1, 17, 18, 32, 53, 78, 79, 106, 107, 134, 135, 154, 155, 192, 193, 230, 231, 271])(
    "reads as what was drawn, %i bytes long",
    (length) => {
      const text = Array.from({ length }, (_, index) =>
        String.fromCharCode(33 + ((index * 7 + length) % 90)),
      ).join("");
      expect(readQr(qrMatrix(text))).toBe(text);
    },
  );

  it("holds letters beyond ASCII", () => {
    expect(readQr(qrMatrix("José Ñandú €"))).toBe("José Ñandú €");
  });

  it("is not readable any more with a module changed", () => {
    const matrix = qrMatrix("otpauth://totp/x").map((row) => [...row]);
    const row = matrix[12];
    if (row) row[12] = !row[12];
    expect(() => readQr(matrix)).toThrow();
  });
});
