import { createCipheriv, createHash, createHmac, pbkdf2, randomFillSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { deflateSync, gunzipSync } from "node:zlib";
import { connectTcp } from "@fuman/node";
import type { TelegramTransport } from "@mtcute/core";
import { type ICorePlatform, IntermediatePacketCodec } from "@mtcute/core";
import { BaseCryptoProvider, type ICryptoProvider } from "@mtcute/core/utils.js";
import { ige256Decrypt, ige256Encrypt, initSync, SIMD_AVAILABLE } from "@mtcute/wasm";

/**
 * What mtcute asks of its platform, for Node and without native modules: sockets, ciphers (AES-IGE, which OpenSSL no
 * longer has, comes from WebAssembly) and silence: its log lines hold people's messages, so none is written.
 */

const derive = promisify(pbkdf2);

let loading: Promise<void> | undefined;

async function loadCiphers(): Promise<void> {
  const file = SIMD_AVAILABLE ? "@mtcute/wasm/mtcute-simd.wasm" : "@mtcute/wasm/mtcute.wasm";
  const path = createRequire(import.meta.url).resolve(file);
  initSync(await readFile(path));
}

class NodeCrypto extends BaseCryptoProvider implements ICryptoProvider {
  async initialize(): Promise<void> {
    loading ??= loadCiphers();
    await loading;
  }

  createAesCtr(key: Uint8Array, iv: Uint8Array): { process: (data: Uint8Array) => Uint8Array } {
    const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, iv);
    return { process: (data) => cipher.update(data) };
  }

  createAesIge(key: Uint8Array, iv: Uint8Array) {
    return {
      encrypt: (data: Uint8Array) => ige256Encrypt(data, key, iv),
      decrypt: (data: Uint8Array) => ige256Decrypt(data, key, iv),
    };
  }

  async pbkdf2(
    password: Uint8Array,
    salt: Uint8Array,
    rounds: number,
    length = 64,
    hash = "sha512",
  ): Promise<Uint8Array> {
    return await derive(password, salt, rounds, length, hash);
  }

  sha1(data: Uint8Array): Uint8Array {
    return createHash("sha1").update(data).digest();
  }

  sha256(data: Uint8Array): Uint8Array {
    return createHash("sha256").update(data).digest();
  }

  hmacSha256(data: Uint8Array, key: Uint8Array): Uint8Array {
    return createHmac("sha256", key).update(data).digest();
  }

  /** `null`: it does not get smaller than `maxSize`. */
  gzip(data: Uint8Array, maxSize: number): Uint8Array | null {
    try {
      return deflateSync(data, { maxOutputLength: maxSize });
    } catch (error) {
      if (error instanceof RangeError && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") return null;
      throw error;
    }
  }

  gunzip(data: Uint8Array): Uint8Array {
    return gunzipSync(data);
  }

  randomFill(into: Uint8Array): void {
    randomFillSync(into);
  }
}

export function createNodeCrypto(): ICryptoProvider {
  return new NodeCrypto();
}

/** Sockets to Telegram's data centres. */
export const tcpTransport: TelegramTransport = {
  connect: async ({ ipAddress, port }) => {
    const connection = await connectTcp({ address: ipAddress, port });
    connection.setNoDelay(true);
    connection.setKeepAlive(true);
    return connection;
  },
  packetCodec: () => new IntermediatePacketCodec(),
};

export const nodePlatform: ICorePlatform = {
  beforeExit: () => () => undefined,
  log: () => undefined,
  getDefaultLogLevel: () => 0,
  getDeviceModel: () => "Threadline",
};
