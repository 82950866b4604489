import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Bus } from "./bus.ts";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Nothing of ours comes near this; a stranger's notice must not cost the memory of decoding it. */
const LONGEST = 32 * 1024 * 1024;

/**
 * A bus whose notices only processes with our `SECRET_KEY` can read or make: for what is more than "there is news"
 * (questions to a standing connection and their answers hold texts, codes and passwords). AES-256-GCM, bound to the topic.
 *
 * Twice, late, lost: as the bus beneath. Of another key, damaged, too long, made by a stranger or moved to another topic:
 * passed over, as if it had been lost.
 */
export function createSealedBus(bus: Pick<Bus, "publish" | "subscribe">, secretKey: string) {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "threadline", "sealed bus v1", 32));

  function seal(topic: string, notice: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(topic));
    return Buffer.concat([nonce, cipher.update(notice, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
      "base64",
    );
  }

  function open(topic: string, sealed: string): string | undefined {
    if (sealed.length > LONGEST) return undefined;
    const body = Buffer.from(sealed, "base64");
    if (body.length < NONCE_BYTES + TAG_BYTES) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(topic))
      .setAuthTag(body.subarray(-TAG_BYTES));
    try {
      const plain = [decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(plain).toString("utf8");
    } catch {
      // Not made by us for this topic: nothing was said.
      return undefined;
    }
  }

  return {
    publish: (topic: string, notice: string): void => bus.publish(topic, seal(topic, notice)),
    subscribe: (topic: string, listener: (notice: string) => void): (() => void) =>
      bus.subscribe(topic, (sealed) => {
        const notice = open(topic, sealed);
        if (notice !== undefined) listener(notice);
      }),
  };
}
