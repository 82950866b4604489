import { connect, createServer, type Server, type Socket } from "node:net";

/** What lies between a browser and the server, and can be cut: connections break, and no new ones are taken. */
export class Cable {
  private server: Server;
  private readonly ends = new Set<Socket>();
  private readonly to: number;
  private readonly port: number;

  private constructor(server: Server, port: number, to: number) {
    this.server = server;
    this.port = port;
    this.to = to;
  }

  static async lay(to: number): Promise<Cable> {
    const cable = new Cable(createServer(), 0, to);
    const port = await cable.listen(0);
    const laid = new Cable(cable.server, port, to);
    cable.server.removeAllListeners("connection");
    cable.server.on("connection", (socket) => laid.join(socket));
    return laid;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const end of this.ends) end.destroy();
    await closed;
  }

  async mend(): Promise<void> {
    this.server = createServer((socket) => this.join(socket));
    await this.listen(this.port);
  }

  async remove(): Promise<void> {
    if (this.server.listening) await this.cut();
  }

  private listen(port: number): Promise<number> {
    const { server } = this;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        resolve(address === null || typeof address === "string" ? port : address.port);
      });
    });
  }

  private join(socket: Socket): void {
    const other = connect(this.to, "127.0.0.1");
    for (const end of [socket, other]) {
      this.ends.add(end);
      end.on("error", () => end.destroy());
      end.once("close", () => {
        this.ends.delete(end);
        (end === socket ? other : socket).destroy();
      });
    }
    socket.pipe(other).pipe(socket);
  }
}
