/**
 * Reads the Opus packets out of a WebM file as a browser's recorder writes it. Formats: RFC 8794 (EBML), RFC 9559 (Matroska).
 * Recorders write clusters of unknown size, which this does not mind: containers are walked into, everything else is
 * stepped over. `undefined` for whatever is not such a file: broken off, laced, another codec, no sound in it.
 */
export interface OpusPackets {
  /** `OpusHead`, as RFC 7845 describes it: the same bytes in both containers. */
  readonly head: Uint8Array;
  readonly packets: readonly Uint8Array[];
}

/** Elements that others stand in: Segment, Tracks, TrackEntry, Cluster, BlockGroup. */
const CONTAINERS = new Set([0x18538067, 0x1654ae6b, 0xae, 0x1f43b675, 0xa0]);
const EBML = 0x1a45dfa3;
const CODEC_PRIVATE = 0x63a2;
const BLOCKS = new Set([0xa3, 0xa1]);
const LACING = 0x06;

export function readWebmOpus(file: Uint8Array): OpusPackets | undefined {
  const packets: Uint8Array[] = [];
  let head: Uint8Array | undefined;
  for (let at = 0; at < file.length; ) {
    const id = readId(file, at);
    const size = id && readSize(file, at + id.length);
    if (!id || !size || (at === 0 && id.value !== EBML)) return undefined;
    const start = at + id.length + size.length;
    if (CONTAINERS.has(id.value)) {
      at = start;
      continue;
    }
    const end = start + size.value;
    if (!(end <= file.length)) return undefined;
    const content = file.subarray(start, end);
    if (id.value === CODEC_PRIVATE) head = content;
    if (BLOCKS.has(id.value)) {
      const packet = packetOf(content);
      if (!packet) return undefined;
      packets.push(packet);
    }
    at = end;
  }
  const isOpus =
    head !== undefined && head.length >= 19 && new TextDecoder().decode(head.subarray(0, 8)) === "OpusHead";
  return isOpus && head && packets.length > 0 ? { head, packets } : undefined;
}

/** After the number of the track stand a time of two bytes and the flags. */
function packetOf(block: Uint8Array): Uint8Array | undefined {
  const track = readSize(block, 0);
  const flags = track && block[track.length + 2];
  if (!track || flags === undefined || (flags & LACING) !== 0) return undefined;
  const packet = block.subarray(track.length + 3);
  return packet.length > 0 ? packet : undefined;
}

interface Read {
  readonly value: number;
  readonly length: number;
}

/** An id keeps the bit that tells its length. */
const readId = (file: Uint8Array, at: number): Read | undefined => readNumber(file, at, 4, true);
/** Without that bit; all others set means that the size is not known, which only containers may say. */
const readSize = (file: Uint8Array, at: number): Read | undefined => readNumber(file, at, 8, false);

function readNumber(file: Uint8Array, at: number, longest: number, keepsMark: boolean): Read | undefined {
  const first = file[at];
  if (first === undefined) return undefined;
  const length = Math.clz32(first) - 23;
  if (length > longest || at + length > file.length) return undefined;
  let value = keepsMark ? first : first & (0xff >> length);
  for (let index = 1; index < length; index += 1) value = value * 256 + (file[at + index] ?? 0);
  return { value, length };
}
