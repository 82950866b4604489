import { connect, type Socket } from "node:net";

/**
 * One keep-alive HTTP/1.1 connection with one request under way. Written on a bare socket because the generator shares
 * the cores with what it measures: a full HTTP client would cost as much as the server. Reads what a server of ours
 * answers: a status line and a body with `content-length`. Anything else fails the run.
 */
export class Connection {
  private readonly socket: Socket;
  private waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  private received = "";
  private closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.read(text));
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => {
      this.closed = true;
      this.fail(new Error("the server closed the connection"));
    });
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket));
      });
    });
  }

  get free(): boolean {
    return this.waiting === undefined && !this.closed;
  }

  /** `head` is the request line with its headers, without the length. Answers the status. */
  post(head: string, body: string): Promise<number> {
    return new Promise((resolve, reject) => {
      if (!this.free) return reject(new Error("the connection is closed or has a request under way"));
      this.waiting = { resolve, reject };
      this.socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  close(): void {
    this.socket.removeAllListeners("close");
    this.socket.destroy();
  }

  private read(text: string): void {
    this.received += text;
    const end = this.received.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = /\r\ncontent-length: (\d+)/i.exec(this.received.slice(0, end))?.[1];
    if (length === undefined) {
      this.fail(new Error(`an answer without a length: ${this.received.slice(0, 200)}`));
      return;
    }
    const whole = end + 4 + Number(length);
    if (this.received.length < whole) return;
    const status = Number(this.received.slice(9, 12));
    this.received = this.received.slice(whole);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(status);
  }

  private fail(error: Error): void {
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

/** The head of a webhook request, as vendors send it; one header proves it. */
export function webhookHead(path: string, proofHeader: string, proof: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\ncontent-type: application/json\r\naccept-encoding: gzip, deflate\r\n${proofHeader}: ${proof}\r\n`;
}
