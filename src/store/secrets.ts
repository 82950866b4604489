import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { cleanText } from "./clean.ts";

/**
 * Secrets at rest: AES-256-GCM, key from `SECRET_KEY` by HKDF. Each ciphertext is bound to its place (table, column,
 * row), so that somebody who can write to the database cannot move one portal's tokens into another's row.
 *
 * Sealed form: `v1.<key id>.<nonce, ciphertext and tag>`, the last part of texts in base64url. The key id tells a wrong key from a damaged value.
 */
export interface Secrets {
  seal(plain: string, place: Place): string;
  /** @throws SecretUnreadable when the key is another one, or the value was damaged or moved. */
  open(sealed: string, place: Place): string;
  /** As `seal`, for bytes: the sealed form is bytes too, so that megabytes stay megabytes. */
  sealBytes(plain: Buffer, place: Place): Buffer;
  /** @throws SecretUnreadable as `open` does. */
  openBytes(sealed: Uint8Array, place: Place): Buffer;
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

  function encrypt(plain: Buffer, place: Place): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", encryptionKey, nonce).setAAD(placeBytes(place));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  function decrypt(body: Buffer, place: Place): Buffer {
    const where = nameOf(place);
    if (body.length < NONCE_BYTES + TAG_BYTES) throw new SecretUnreadable(`${where} is damaged`);
    const decipher = createDecipheriv("aes-256-gcm", encryptionKey, body.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(placeBytes(place))
      .setAuthTag(body.subarray(-TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new SecretUnreadable(`${where} is damaged, or was moved there from another row`, { cause: error });
    }
  }

  function checkHead(version: string | undefined, id: string | undefined, place: Place): void {
    if (version !== VERSION || id === undefined) {
      throw new SecretUnreadable(`${nameOf(place)} is not in a form this program knows`);
    }
    if (id === keyId) return;
    throw new SecretUnreadable(
      `${nameOf(place)} was encrypted with another SECRET_KEY: start with that one, or install the app in the portal again`,
    );
  }

  const head = Buffer.from(`${VERSION}.${keyId}.`);

  return {
    seal: (plain, place) => `${head}${encrypt(Buffer.from(plain, "utf8"), place).toString("base64url")}`,

    open(sealed, place) {
      const [version, id, text, ...rest] = sealed.split(".");
      checkHead(rest.length > 0 || text === undefined ? undefined : version, id, place);
      return decrypt(Buffer.from(text ?? "", "base64url"), place).toString("utf8");
    },

    sealBytes: (plain, place) => Buffer.concat([head, encrypt(plain, place)]),

    openBytes(sealed, place) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const [version, id, end] = bytes.subarray(0, head.length).toString("latin1").split(".");
      checkHead(end === "" ? version : undefined, id, place);
      return decrypt(bytes.subarray(head.length), place);
    },

    digest: (plain) => createHmac("sha256", digestKey).update(plain).digest("base64url"),
  };
}

const nameOf = (place: Place): string => `${place.table}.${place.column} of ${place.row}`;

/** Length-prefixed, so that no two places have the same bytes. Rows are named as the database keeps their names. */
function placeBytes(place: Place): Buffer {
  const parts = [place.table, place.column, cleanText(place.row)];
  return Buffer.from(parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(""));
}
