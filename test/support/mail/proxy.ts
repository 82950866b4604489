import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A wire between a mail program and its server that a test can cut, or make dead without a word. */
export interface Wire {
  readonly port: number;
  /** Looks at what the program says; `true` cuts the wire there. */
  cutWhenSaid: (text: string) => boolean;
  /** Looks at what the server has answered on this connection so far, in bytes. */
  cutWhenAnswered: (bytes: number) => boolean;
  /** Nothing passes any more, and nobody is told. */
  freeze(): void;
  thaw(): void;
  readonly connections: number;
  close(): Promise<void>;
}

export async function startWire(to: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let frozen = false;
  let connections = 0;
  const server = createServer((near) => {
    connections += 1;
    const far = connect(to, "127.0.0.1");
    let answered = 0;
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    near.on("data", (chunk: Buffer) => {
      if (frozen) return;
      if (wire.cutWhenSaid(chunk.toString("latin1"))) return cut();
      far.write(chunk);
    });
    far.on("data", (chunk: Buffer) => {
      if (frozen) return;
      answered += chunk.length;
      if (wire.cutWhenAnswered(answered)) {
        near.write(chunk.subarray(0, Math.floor(chunk.length / 2)), cut);
        return;
      }
      near.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const wire: Wire = {
    port: address.port,
    cutWhenSaid: () => false,
    cutWhenAnswered: () => false,
    freeze() {
      frozen = true;
    },
    thaw() {
      frozen = false;
    },
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return wire;
}
