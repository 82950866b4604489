/**
 * Writes Opus packets as an Ogg file, which is what messengers take as a voice message. Formats: RFC 3533 (Ogg), RFC 7845
 * (Opus in it), RFC 6716 section 3.1 (how long a packet lasts). Nothing is encoded anew.
 */
import type { OpusPackets } from "./webm-opus.ts";

const BEGIN = 0x02;
const END = 0x04;
/** A page holds at most 255 pieces of at most 255 bytes; a second of sound is about 50 packets. */
const MOST_PIECES = 255;
const PACKETS_A_PAGE = 50;
const SAMPLES_A_MS = 48;

export function writeOggOpus({ head, packets }: OpusPackets, serial: number): Uint8Array<ArrayBuffer> {
  const pages: Uint8Array[] = [];
  const add = (content: readonly Uint8Array[], samples: number, flags: number) =>
    pages.push(page({ content, samples, flags, serial, number: pages.length }));
  add([head], 0, BEGIN);
  add([tags()], 0, 0);
  let samples = 0;
  let waiting: Uint8Array[] = [];
  packets.forEach((packet, index) => {
    const isFull = waiting.length >= PACKETS_A_PAGE || piecesOf([...waiting, packet]) > MOST_PIECES;
    if (isFull && waiting.length > 0) {
      add(waiting, samples, 0);
      waiting = [];
    }
    waiting.push(packet);
    samples += samplesOf(packet);
    if (index === packets.length - 1) add(waiting, samples, END);
  });
  return joined(pages);
}

/** How long the packets last, in seconds. */
export const secondsOf = ({ packets }: OpusPackets): number =>
  packets.reduce((sum, packet) => sum + samplesOf(packet), 0) / (SAMPLES_A_MS * 1000);

const piecesIn = ({ length }: Uint8Array) => Math.floor(length / 255) + 1;
const piecesOf = (packets: readonly Uint8Array[]) => packets.reduce((sum, packet) => sum + piecesIn(packet), 0);

function tags(): Uint8Array {
  const vendor = new TextEncoder().encode("Threadline");
  const bytes = new Uint8Array(8 + 4 + vendor.length + 4);
  bytes.set(new TextEncoder().encode("OpusTags"));
  new DataView(bytes.buffer).setUint32(8, vendor.length, true);
  bytes.set(vendor, 12);
  return bytes;
}

/** Samples at 48 kHz. The first byte tells the length of a frame and how many there are. */
function samplesOf(packet: Uint8Array): number {
  const [first = 0, second = 0] = packet;
  const count = [1, 2, 2, second & 0x3f][first & 3] ?? 1;
  return frameMs(first >> 3) * SAMPLES_A_MS * count;
}

function frameMs(configuration: number): number {
  const step = configuration & 3;
  if (configuration < 12) return [10, 20, 40, 60][step] ?? 20;
  if (configuration < 16) return [10, 20][step & 1] ?? 20;
  return [2.5, 5, 10, 20][step] ?? 20;
}

interface Page {
  readonly content: readonly Uint8Array[];
  /** Up to the end of this page. */
  readonly samples: number;
  readonly flags: number;
  readonly serial: number;
  readonly number: number;
}

function page({ content, samples, flags, serial, number }: Page): Uint8Array {
  const pieces = content.flatMap((packet) => [
    ...Array<number>(Math.floor(packet.length / 255)).fill(255),
    packet.length % 255,
  ]);
  const bytes = joined([new Uint8Array(27), Uint8Array.from(pieces), ...content]);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("OggS"));
  view.setUint8(5, flags);
  view.setBigUint64(6, BigInt(samples), true);
  view.setUint32(14, serial, true);
  view.setUint32(18, number, true);
  view.setUint8(26, pieces.length);
  view.setUint32(22, checksum(bytes), true);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** CRC-32 with the polynomial 0x04c11db7, from the left, beginning with zero (RFC 3533, section 6). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum << 8) ^ (TABLE[((sum >>> 24) ^ byte) & 0xff] ?? 0);
  return sum >>> 0;
}

const TABLE = Array.from({ length: 256 }, (_value, index) => {
  let rest = index << 24;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 0x80000000 ? (rest << 1) ^ 0x04c11db7 : rest << 1;
  return rest;
});
