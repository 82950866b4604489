import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { cleanText } from "./clean.ts";

/**
 * Secrets at rest: AES-256-GCM, key from `SECRET_KEY` by HKDF. Each ciphertext is bound to its place (table, column,
 * row), so that somebody who can write to the database cannot move one portal's tokens into another's row.
 *
 * Sealed form: `v1.<key id>.<nonce, ciphertext and tag in base64url>`. The key id tells a wrong key from a damaged value.
 */
export interface Secrets {
  seal(plain: string, place: Place): string;
  /** @throws SecretUnreadable when the key is another one, or the value was damaged or moved. */
  open(sealed: string, place: Place): string;
  /** Keyed hash: says whether a secret is the stored one, where ciphertext (different each time) cannot. */
  digest(plain: string): string;
}

export interface Place {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** A stored secret cannot be read. Not healed by waiting: an operator must act. */
export class SecretUnreadable extends Error {
  override readonly name = "SecretUnreadable";
}

const VERSION = "v1";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function createSecrets(secretKey: string): Secrets {
  const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", secretKey, "threadline", purpose, 32));
  const encryptionKey = derive("store encryption v1");
  const digestKey = derive("store digest v1");
  const keyId = derive("store key id v1").toString("base64url").slice(0, 8);

  return {
    seal(plain, place) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", encryptionKey, nonce).setAAD(placeBytes(place));
      const body = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${VERSION}.${keyId}.${body.toString("base64url")}`;
    },

    open(sealed, place) {
      const where = `${place.table}.${place.column} of ${place.row}`;
      const [version, id, text, ...rest] = sealed.split(".");
      if (version !== VERSION || id === undefined || text === undefined || rest.length > 0) {
        throw new SecretUnreadable(`${where} is not in a form this program knows`);
      }
      if (id !== keyId) {
        throw new SecretUnreadable(
          `${where} was encrypted with another SECRET_KEY: start with that one, or install the app in the portal again`,
        );
      }
      const body = Buffer.from(text, "base64url");
      if (body.length < NONCE_BYTES + TAG_BYTES) throw new SecretUnreadable(`${where} is damaged`);
      const decipher = createDecipheriv("aes-256-gcm", encryptionKey, body.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(placeBytes(place))
        .setAuthTag(body.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString(
          "utf8",
        );
      } catch (error) {
        throw new SecretUnreadable(`${where} is damaged, or was moved there from another row`, { cause: error });
      }
    },

    digest: (plain) => createHmac("sha256", digestKey).update(plain).digest("base64url"),
  };
}

/** Length-prefixed, so that no two places have the same bytes. Rows are named as the database keeps their names. */
function placeBytes(place: Place): Buffer {
  const parts = [place.table, place.column, cleanText(place.row)];
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""));
}
