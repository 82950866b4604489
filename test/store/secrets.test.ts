import { describe, expect, it } from "vitest";
import { createSecrets, SecretUnreadable } from "../../src/store/secrets.ts";

const key = "a secret key of more than 32 characters";
const place = { table: "portals", column: "access_token_sealed", row: "portal-1" };

describe("secrets at rest", () => {
  const secrets = createSecrets(key);

  it("opens what it sealed, any text, also after a restart with the same key", () => {
    for (const text of ["", "token", "ключ 🔑", "x".repeat(100_000)]) {
      expect(createSecrets(key).open(secrets.seal(text, place), place)).toBe(text);
    }
  });

  it("shows nothing of the text and never seals the same text to the same form", () => {
    const [first, second] = [secrets.seal("visible-token", place), secrets.seal("visible-token", place)];
    expect(first).not.toBe(second);
    expect(Buffer.from(first.split(".")[2] ?? "", "base64url").toString("latin1")).not.toContain("visible-token");
  });

  it("notices every single changed byte", () => {
    const [version, id, text = ""] = secrets.seal("token", place).split(".");
    const bytes = Buffer.from(text, "base64url");
    for (let n = 0; n < bytes.length; n++) {
      const changed = Buffer.from(bytes);
      changed[n] = (changed[n] ?? 0) ^ 1;
      expect(() => secrets.open(`${version}.${id}.${changed.toString("base64url")}`, place)).toThrow(SecretUnreadable);
    }
  });

  it("opens nothing that was moved to another row, column or table", () => {
    const sealed = secrets.seal("token", place);
    for (const other of [{ row: "portal-2" }, { column: "refresh_token_sealed" }, { table: "accounts" }]) {
      expect(() => secrets.open(sealed, { ...place, ...other })).toThrow(/moved there from another row/);
    }
  });

  it("tells a wrong key from a damaged value, and says what to do", () => {
    const sealed = secrets.seal("token", place);
    expect(() => createSecrets("another secret key of 32 characters!").open(sealed, place)).toThrow(
      /another SECRET_KEY/,
    );
    for (const damaged of ["", "v1", "v2.a.b", "plain text", `${sealed}.more`]) {
      expect(() => secrets.open(damaged, place)).toThrow(/not in a form this program knows/);
    }
    expect(() => secrets.open(sealed.slice(0, 20), place)).toThrow(SecretUnreadable);
  });

  it("never names the secret in an error", () => {
    expect(() => secrets.open(secrets.seal("visible-token", place), { ...place, row: "x" })).toThrow(
      expect.not.stringContaining("visible-token"),
    );
  });

  it("gives equal digests for equal secrets under one key only", () => {
    expect(secrets.digest("a")).toBe(createSecrets(key).digest("a"));
    expect(secrets.digest("a")).not.toBe(secrets.digest("b"));
    expect(secrets.digest("a")).not.toBe(createSecrets("another secret key of 32 characters!").digest("a"));
  });

  describe("of bytes", () => {
    const bytes = Buffer.from([0, 1, 2, 250, 46, 46, 255]);

    it("opens what it sealed, empty, large and as a view into other memory", () => {
      for (const plain of [Buffer.alloc(0), bytes, Buffer.alloc(1024 * 1024, 7)]) {
        const sealed = createSecrets(key).sealBytes(plain, place);
        const padded = Buffer.concat([Buffer.from("before"), sealed, Buffer.from("after")]);
        const view = new Uint8Array(padded.buffer, padded.byteOffset + 6, sealed.length);
        expect(secrets.openBytes(view, place).equals(plain)).toBe(true);
        expect(sealed.length).toBeLessThan(plain.length + 64);
      }
    });

    it("notices every single changed byte, every cut and every addition", () => {
      const sealed = secrets.sealBytes(bytes, place);
      for (let n = 0; n < sealed.length; n++) {
        const changed = Buffer.from(sealed);
        changed[n] = (changed[n] ?? 0) ^ 1;
        expect(() => secrets.openBytes(changed, place)).toThrow(SecretUnreadable);
        expect(() => secrets.openBytes(sealed.subarray(0, n), place)).toThrow(SecretUnreadable);
      }
      expect(() => secrets.openBytes(Buffer.concat([sealed, Buffer.from([0])]), place)).toThrow(SecretUnreadable);
    });

    it("opens nothing that was moved, made with another key, or sealed as text", () => {
      const sealed = secrets.sealBytes(bytes, place);
      expect(() => secrets.openBytes(sealed, { ...place, row: "portal-2" })).toThrow(/moved there from another row/);
      const other = createSecrets("another secret key of 32 characters!");
      expect(() => other.openBytes(sealed, place)).toThrow(/another SECRET_KEY/);
      expect(() => secrets.openBytes(Buffer.from(secrets.seal("text", place)), place)).toThrow(SecretUnreadable);
    });
  });
});
