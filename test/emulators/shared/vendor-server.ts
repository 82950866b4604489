import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";

/** The HTTP side of an emulated vendor: it listens, goes away with a crash of connections, and comes back at its port. */
export class VendorServer {
  private app: FastifyInstance | undefined;
  private address: AddressInfo | undefined;

  /** Base address. */
  get url(): string {
    if (!this.address) throw new Error("the emulator is not started");
    return `http://127.0.0.1:${this.address.port}`;
  }

  async listen(app: FastifyInstance, { host = "127.0.0.1", port = 0 } = {}): Promise<void> {
    await app.listen({ host, port });
    this.app = app;
    this.address = app.server.address() as AddressInfo;
  }

  async close(): Promise<void> {
    this.app?.server.closeAllConnections();
    await this.app?.close();
  }

  /** Stops listening and breaks every connection, as a vendor that cannot be reached; the port stays ours to come back. */
  async goDown(): Promise<void> {
    const server = this.app?.server;
    if (!server?.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async comeUp(): Promise<void> {
    const { app, address } = this;
    if (!app || !address || app.server.listening) return;
    await new Promise<void>((resolve, reject) => {
      app.server.once("error", reject);
      app.server.listen(address.port, address.address, () => resolve());
    });
  }

  /** Unreachable for so long, from a moment on that lets the answer to who ordered it go out. */
  awayFor(ms: number): void {
    setTimeout(() => {
      void this.goDown();
      setTimeout(() => void this.comeUp(), ms);
    }, 20);
  }
}
