/** A recording's packets leave WebM and stand in Ogg, as the formats are written down. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { secondsOf, writeOggOpus } from "../../placements/shared/chat/voice/ogg-opus.ts";
import { readWebmOpus } from "../../placements/shared/chat/voice/webm-opus.ts";

const ascii = (text: string) => [...new TextEncoder().encode(text)];
/** Mono, 48 kHz, by RFC 7845. */
const HEAD = [...ascii("OpusHead"), 1, 1, 0x38, 0x01, 0x80, 0xbb, 0, 0, 0, 0, 0];
const UNKNOWN = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
const size = (length: number) => [0x10 | (length >> 24), (length >> 16) & 255, (length >> 8) & 255, length & 255];
const element = (id: readonly number[], content: readonly number[]) => [...id, ...size(content.length), ...content];
const block = (packet: readonly number[], flags = 0x80) => element([0xa3], [0x81, 0, 0, flags, ...packet]);

const webm = (blocks: readonly number[], head: readonly number[] = HEAD) =>
  Uint8Array.from([
    ...element([0x1a, 0x45, 0xdf, 0xa3], element([0x42, 0x82], ascii("webm"))),
    ...[0x18, 0x53, 0x80, 0x67, ...UNKNOWN],
    ...element([0x15, 0x49, 0xa9, 0x66], [0xec, 0x80]),
    ...element(
      [0x16, 0x54, 0xae, 0x6b],
      element([0xae], [...element([0x86], ascii("A_OPUS")), ...element([0x63, 0xa2], head)]),
    ),
    ...[0x1f, 0x43, 0xb6, 0x75, ...UNKNOWN, ...element([0xe7], [0])],
    ...blocks,
  ]);

/** 20 ms in one frame, CELT, full band. */
const packet = (length: number) => [0xf8, ...Array<number>(Math.max(0, length - 1)).fill(7)];

interface Page {
  readonly flags: number;
  readonly samples: bigint;
  readonly number: number;
  readonly packets: readonly Uint8Array[];
}

/** Reads pages anew from RFC 3533, with its checksum computed bit by bit. */
function pagesOf(file: Uint8Array): Page[] {
  const pages: Page[] = [];
  for (let at = 0; at < file.length; ) {
    const view = new DataView(file.buffer, file.byteOffset + at);
    expect(new TextDecoder().decode(file.subarray(at, at + 4))).toBe("OggS");
    const count = view.getUint8(26);
    const lengths = [...file.subarray(at + 27, at + 27 + count)];
    const body = lengths.reduce((sum, one) => sum + one, 0);
    const whole = Uint8Array.from(file.subarray(at, at + 27 + count + body));
    const sum = view.getUint32(22, true);
    whole.fill(0, 22, 26);
    expect(crc(whole)).toBe(sum);
    const packets: Uint8Array[] = [];
    let from = 27 + count;
    let length = 0;
    for (const piece of lengths) {
      length += piece;
      if (piece === 255) continue;
      packets.push(whole.subarray(from, from + length));
      from += length;
      length = 0;
    }
    pages.push({
      flags: view.getUint8(5),
      samples: view.getBigUint64(6, true),
      number: view.getUint32(18, true),
      packets,
    });
    at += whole.length;
  }
  return pages;
}

function crc(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit -= 1) {
      const top = (sum >>> 31) ^ ((byte >> bit) & 1);
      sum = (sum << 1) ^ (top ? 0x04c11db7 : 0);
    }
  return sum >>> 0;
}

describe("a recording in WebM", () => {
  it("gives its packets in their order, and its head", () => {
    const read = readWebmOpus(
      webm([...block([0xf8, 1]), ...element([0xa0], element([0xa1], [0x81, 0, 0, 0, 0xf8, 2]))]),
    );
    expect(read?.packets.map((one) => [...one])).toEqual([
      [0xf8, 1],
      [0xf8, 2],
    ]);
    expect([...(read?.head ?? [])]).toEqual(HEAD);
  });

  it("is none when it is broken off, laced, of another codec, without sound, or something else", () => {
    const whole = webm(block(packet(300)));
    expect(readWebmOpus(whole)).toBeDefined();
    for (const other of [
      whole.subarray(0, -1),
      webm(block(packet(5), 0x82)),
      webm(block(packet(5)), ascii("vorbis head of some kind")),
      webm([]),
      webm(block([])),
      new Uint8Array(),
      Uint8Array.from(ascii("OggS and more of it")),
    ])
      expect(readWebmOpus(other)).toBeUndefined();
  });

  it("never throws and never hangs on rubbish", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (rubbish) => {
        const file = Uint8Array.from([...webm(block(packet(20))), ...rubbish]);
        const read = readWebmOpus(file);
        expect(read === undefined || read.packets.length > 0).toBe(true);
      }),
    );
  });
});

describe("an Ogg file of the same packets", () => {
  const of = (lengths: readonly number[]) => {
    const read = readWebmOpus(webm(lengths.flatMap((length) => block(packet(length)))));
    if (!read) throw new Error("not read");
    return { read, pages: pagesOf(writeOggOpus(read, 77)) };
  };

  it("begins with its head and its tags, and ends with the last page, each sum right", () => {
    const { read, pages } = of([3, 254, 255, 256, 600]);
    expect(pages.map(({ flags, number }) => [flags, number])).toEqual([
      [2, 0],
      [0, 1],
      [4, 2],
    ]);
    expect([...(pages[0]?.packets[0] ?? [])]).toEqual(HEAD);
    expect(new TextDecoder().decode(pages[1]?.packets[0]?.subarray(0, 8))).toBe("OpusTags");
    expect(pages[2]?.packets.map((one) => [...one])).toEqual(read.packets.map((one) => [...one]));
    expect(pages[2]?.samples).toBe(BigInt(5 * 960));
    expect(secondsOf(read)).toBeCloseTo(0.1);
  });

  it("tells on each page how much has passed, and fills none over its measure", () => {
    const { pages } = of([...Array<number>(120).fill(40), ...Array<number>(30).fill(2_000)]);
    const sound = pages.slice(2);
    expect(sound.length).toBeGreaterThan(3);
    let packets = 0;
    for (const { samples, packets: held } of sound) {
      packets += held.length;
      expect(samples).toBe(BigInt(packets * 960));
    }
    expect(packets).toBe(150);
    expect(sound.map(({ flags }) => flags).filter((flags) => flags !== 0)).toEqual([4]);
  });
});
