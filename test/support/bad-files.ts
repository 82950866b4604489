import { deflateRawSync } from "node:zlib";

/** Files of strangers. */

/** One pixel. */
export const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

/** Begins as a JPEG does; nobody here looks further. */
export const JPEG = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]),
  Buffer.from("JFIF\0"),
  Buffer.alloc(64, 1),
]);

/** A picture that a browser would run. */
export const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>',
);
export const SVG_WITH_HEAD = Buffer.concat([Buffer.from('<?xml version="1.0"?>'), SVG]);
export const HTML = Buffer.from("<!doctype html><script>parent.postMessage(document.cookie)</script>");
export const PROGRAM = Buffer.concat([Buffer.from("MZ"), Buffer.alloc(126)]);

/** A zip of one deflated file, as its format's specification has it. */
export function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content, { level: 9 });
  const label = Buffer.from(name);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(content.length, 22);
  head.writeUInt16LE(label.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(20, 6);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(label.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + label.length, 12);
  end.writeUInt32LE(head.length + label.length + packed.length, 16);
  return Buffer.concat([head, label, packed, entry, label, end]);
}

/** A small archive that would fill a disk. */
export const ZIP_BOMB = zipOf("zeros.bin", Buffer.alloc(50_000_000));
