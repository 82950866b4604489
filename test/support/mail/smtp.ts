import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { SMTPServer, type SMTPServerAuthentication, type SMTPServerOptions } from "smtp-server";

/** A certificate for localhost that nobody knows. */
export function makeCertificate(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), "threadline-cert-"));
  try {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
        ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
      ],
      { stdio: "ignore" },
    );
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Buffer;
  readonly secure: boolean;
}

export interface Refusal {
  readonly code: number;
  readonly text: string;
}

export interface TestSmtp {
  readonly port: number;
  readonly cert: string;
  /** What it has taken, in order. */
  readonly taken: readonly TakenMail[];
  readonly connections: () => number;
  /** Answers of the server, until they are changed: nothing means yes. */
  rcpt: (address: string) => Refusal | undefined;
  mailFrom: (address: string) => Refusal | undefined;
  data: () => Refusal | undefined;
  auth: (tried: SMTPServerAuthentication) => Refusal | undefined;
  /** Awaited before the last line is answered; the mail is taken before that. */
  hold: () => Promise<void>;
  /** Breaks every connection off, without a word. */
  cut(): void;
  stop(): Promise<void>;
}

/** A real SMTP server on loopback, behind a wire that can be cut. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<TestSmtp> {
  const { key, cert } = makeCertificate();
  const taken: TakenMail[] = [];
  const wires = new Set<Socket>();
  let seen = 0;
  const answer = (refusal: Refusal | undefined) =>
    refusal ? Object.assign(new Error(refusal.text), { responseCode: refusal.code }) : null;
  const server = new SMTPServer({
    key,
    cert,
    disableReverseLookup: true,
    onAuth(auth, _session, done) {
      const refusal = smtp.auth(auth);
      if (refusal) return done(answer(refusal));
      done(null, { user: auth.username });
    },
    onMailFrom: ({ address }, _session, done) => done(answer(smtp.mailFrom(address))),
    onRcptTo: ({ address }, _session, done) => done(answer(smtp.rcpt(address))),
    async onData(stream, session, done) {
      const raw = await buffer(stream).catch(() => undefined);
      // The wire was cut.
      if (!raw) return;
      const refusal = smtp.data();
      if (refusal) return done(answer(refusal));
      const { mailFrom, rcptTo } = session.envelope;
      taken.push({
        from: mailFrom ? mailFrom.address : "",
        to: rcptTo.map(({ address }) => address),
        raw,
        secure: session.secure,
      });
      await smtp.hold();
      done(null, "2.0.0 taken");
    },
    ...options,
  });
  // Connections that a test cuts are no news.
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const inner = (server.server.address() as AddressInfo).port;
  const wire = createServer((socket) => {
    seen += 1;
    const far = connect(inner, "127.0.0.1");
    for (const end of [socket, far]) {
      wires.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        wires.delete(end);
        (end === socket ? far : socket).destroy();
      });
    }
    socket.pipe(far).pipe(socket);
  });
  wire.listen(0, "127.0.0.1");
  await once(wire, "listening");
  const smtp: TestSmtp = {
    port: (wire.address() as AddressInfo).port,
    cert,
    taken,
    connections: () => seen,
    rcpt: () => undefined,
    mailFrom: () => undefined,
    data: () => undefined,
    auth: () => undefined,
    hold: () => Promise.resolve(),
    cut() {
      for (const socket of wires) socket.destroy();
    },
    async stop() {
      smtp.cut();
      await Promise.all([
        new Promise<void>((resolve) => wire.close(() => resolve())),
        new Promise<void>((resolve) => server.close(() => resolve())),
      ]);
    },
  };
  return smtp;
}
