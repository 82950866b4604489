import { createSocket } from "node:dgram";
import { once } from "node:events";

/** A DNS server on loopback that knows text records and nothing else: for processes that cannot be handed a resolver. */
export interface DnsServer {
  /** As `SMTP_DNS` wants it. */
  readonly address: string;
  stop(): Promise<void>;
}

const TXT = 16;
const NO_SUCH_NAME = 3;

export async function startDns(texts: ReadonlyMap<string, readonly string[]>): Promise<DnsServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { address, port }) => {
    const answer = answerTo(query, texts);
    if (answer) socket.send(answer, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** RFC 1035, 4: the question is given back, with the records that there are. */
function answerTo(query: Buffer, texts: ReadonlyMap<string, readonly string[]>): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]; length !== undefined && length > 0; length = query[at]) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (query.length < at + 5) return undefined;
  const question = query.subarray(12, at + 5);
  const found = query.readUInt16BE(at + 1) === TXT ? texts.get(labels.join(".").toLowerCase()) : undefined;
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // An answer, recursion wanted and to be had.
  head.writeUInt16BE(0x8180 | (found ? 0 : NO_SUCH_NAME), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found?.length ?? 0, 6);
  return Buffer.concat([head, question, ...(found ?? []).map(recordOf)]);
}

function recordOf(text: string): Buffer {
  const pieces = text.match(/.{1,255}/gs) ?? [""];
  const data = Buffer.concat(
    pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece, "latin1")])),
  );
  const head = Buffer.alloc(12);
  // The name is the question's.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TXT, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
