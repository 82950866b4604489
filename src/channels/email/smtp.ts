import { connect, type LookupFunction } from "node:net";
import type { Readable } from "node:stream";
import { createTransport } from "nodemailer";
import type { SMTPTransportGetSocketCallback } from "nodemailer/lib/smtp-transport";

/** One box's way out: a small pool of SMTP connections (submission, RFC 6409) that stay open for the next letter. */

export interface SmtpPlace {
  readonly host: string;
  readonly port: number;
  readonly security: "tls" | "starttls" | "none";
}

export type SmtpSignIn =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  /** XOAUTH2. */
  | { readonly kind: "token"; readonly user: string; readonly token: string };

export interface SmtpOptions {
  /** Judges the addresses behind a name by the very ones that the connection uses. */
  readonly lookup?: LookupFunction;
  /** Certificates to believe beside the system's, PEM. */
  readonly ca?: string;
  /** Longest silence of a server, beside the one after the last line. Default 60 s. */
  readonly silenceMs?: number;
}

export interface SmtpLetter {
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly raw: Readable;
}

export type SmtpAnswer =
  /** Its last line was answered with yes; `rejected` are recipients that it was not taken for. */
  | { readonly kind: "taken"; readonly rejected: readonly { readonly address: string; readonly response: string }[] }
  /** `whole`: all of the letter had left before that. */
  | { readonly kind: "failed"; readonly error: unknown; readonly whole: boolean };

export interface SmtpPool {
  /** Never throws. */
  send(letter: SmtpLetter): Promise<SmtpAnswer>;
  /** What is on its way ends first. */
  close(): void;
}

const CONNECTIONS = 2;
const SILENCE_MS = 60_000;
const IDLE_MS = 60_000;

export function createSmtpPool(place: SmtpPlace, signIn: SmtpSignIn, options: SmtpOptions = {}): SmtpPool {
  const { lookup, ca, silenceMs = SILENCE_MS } = options;
  const transport = createTransport({
    pool: true,
    host: place.host,
    port: place.port,
    secure: place.security === "tls",
    requireTLS: place.security === "starttls",
    ignoreTLS: place.security === "none",
    auth:
      signIn.kind === "password"
        ? { user: signIn.user, pass: signIn.password }
        : { type: "OAuth2", user: signIn.user, accessToken: signIn.token },
    tls: { servername: place.host, ...(ca !== undefined && { ca }) },
    maxConnections: CONNECTIONS,
    idleTimeout: IDLE_MS,
    // The pool would send a letter again whose connection broke, after the server had all of it, too.
    maxRequeues: 0,
    connectionTimeout: silenceMs,
    greetingTimeout: silenceMs,
    socketTimeout: silenceMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    getSocket(_options: unknown, callback: SMTPTransportGetSocketCallback) {
      const socket = connect({ host: place.host, port: place.port, ...(lookup && { lookup }) });
      const timer = setTimeout(
        () => socket.destroy(Object.assign(new Error("no connection"), { code: "ETIMEDOUT" })),
        silenceMs,
      );
      const fail = (error: Error) => {
        clearTimeout(timer);
        callback(error);
      };
      socket.once("error", fail);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.removeListener("error", fail);
        callback(null, { connection: socket });
      });
    },
  });
  // Errors of connections that nobody waits on: whoever sends next opens a new one.
  transport.on("error", () => undefined);
  // The stream that goes into the connection tells how far it went: our own one ends in a buffer before that.
  const leaving = new WeakMap<object, Readable>();
  transport.use("stream", ({ message, data }, done) => {
    const open = message.createReadStream.bind(message);
    message.createReadStream = (wanted) => {
      const stream = open(wanted);
      if (typeof data.raw === "object" && data.raw !== null) leaving.set(data.raw, stream);
      return stream;
    };
    done();
  });

  return {
    async send({ envelope, raw }) {
      try {
        const info = await transport.sendMail({ envelope: { from: envelope.from, to: [...envelope.to] }, raw });
        const rejected = (info.rejectedErrors ?? []).map((error) => ({
          address: error.recipient ?? "",
          response: error.response ?? "",
        }));
        return { kind: "taken", rejected };
      } catch (error) {
        raw.destroy();
        return { kind: "failed", error, whole: leaving.get(raw)?.readableEnded === true };
      }
    },
    close: () => transport.close(),
  };
}
