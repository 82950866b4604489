import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import ipaddr from "ipaddr.js";
import pLimit from "p-limit";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { bccKeyOf } from "../../../domain/bcc-address.ts";
import type { BccHost, BccOwner } from "../../contract/bcc.ts";
import * as say from "./answers.ts";
import type { BccDesk, Taken } from "./desk.ts";
import { createRate } from "./rate.ts";

/**
 * The mail server that blind copies come to: it takes mail for our own addresses and for nothing else, signs nobody in, and
 * sends nothing. What is not taken is refused while its sender's server is still there, so that the employee reads why.
 *
 * - Crash before the answer: the sender's server tries again. Stopped: new connections are refused, running ones have ten
 *   seconds to end.
 * - A client that is slow, silent or talks too much: cut off after a minute of silence, at its size, or when it comes too often.
 * - The certificate cannot be read: the start fails with the file's name; later, the last one that could be read stays in use.
 */
export interface BccListener {
  /** Where it listens. */
  readonly port: number;
  close(): Promise<void>;
}

export interface BccListenerOptions {
  readonly port: number;
  /** Of the addresses; also what the server calls itself. */
  readonly domain: string;
  /** PEM files. Absent: no STARTTLS is offered. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  readonly host: Pick<BccHost, "ownerOf">;
  readonly desk: BccDesk;
  /** `what` in a word or two, for metrics; `error` where something of ours failed. */
  readonly observe: (what: Observed, error?: unknown) => void;
  readonly now: () => number;
  /** For tests. */
  readonly limits?: Partial<BccLimits>;
}

export type Observed = "taken" | "refused" | "later" | "unknown-address" | "limited";

export interface BccLimits {
  readonly bytes: number;
  readonly clients: number;
  /** At the same time, from one address of the network. */
  readonly clientsOfOne: number;
  readonly connectionsAnHour: number;
  /** Addresses that nobody has, from one address of the network. */
  readonly missesAnHour: number;
  /** To one address of ours. */
  readonly lettersAMinute: number;
  readonly silenceMs: number;
}

const LIMITS: BccLimits = {
  bytes: 30 * 1_024 * 1_024,
  clients: 200,
  clientsOfOne: 20,
  connectionsAnHour: 2_000,
  missesAnHour: 20,
  lettersAMinute: 60,
  silenceMs: 60_000,
};
/** Letters that are read at the same time: each is in memory as a whole. */
const AT_ONCE = 4;
const CERTIFICATE_EVERY_MS = 3_600_000;
const CLOSE_MS = 10_000;
const HOUR_MS = 3_600_000;

type Done = (error?: Error | null, text?: string) => void;

export async function startBccListener(options: BccListenerOptions): Promise<BccListener> {
  const { domain, host, desk, observe, now } = options;
  const limits = { ...LIMITS, ...options.limits };
  const inTurn = pLimit(AT_ONCE);
  const connections = createRate({ most: limits.connectionsAnHour, everyMs: HOUR_MS, now });
  const misses = createRate({ most: limits.missesAnHour, everyMs: HOUR_MS, now });
  const letters = createRate({ most: limits.lettersAMinute, everyMs: 60_000, now });
  /** Sessions by the network that they come from. */
  const open = new Map<string, Set<string>>();
  /** By the session's id: whose address the letter that is under way goes to. */
  const owners = new Map<string, BccOwner>();
  const tls = options.tls && (await readTls(options.tls));

  const server = new SMTPServer({
    name: domain,
    banner: "Threadline takes copies of letters for the CRM",
    size: limits.bytes,
    maxClients: limits.clients,
    socketTimeout: limits.silenceMs,
    closeTimeout: CLOSE_MS,
    disableReverseLookup: true,
    disabledCommands: tls ? ["AUTH"] : ["AUTH", "STARTTLS"],
    hidePIPELINING: false,
    logger: false,
    ...tls,

    onConnect(session, done) {
      const from = networkOf(session);
      const here = open.get(from) ?? new Set();
      if (here.size >= limits.clientsOfOne || misses.isOver(from) || !connections.take(from)) return limited(done);
      open.set(from, here.add(session.id));
      done();
    },
    onClose(session) {
      const from = networkOf(session);
      const here = open.get(from);
      here?.delete(session.id);
      if (here?.size === 0) open.delete(from);
      owners.delete(session.id);
    },
    onMailFrom({ address }, session, done) {
      owners.delete(session.id);
      if (address === "") return refuse(done, say.NO_SENDER);
      done();
    },
    onRcptTo({ address }, session, done) {
      void judged(done, async () => {
        if (owners.has(session.id)) return say.ONE_AT_A_TIME;
        if (domainOf(address) !== domain) return say.NO_RELAY;
        const key = bccKeyOf(address);
        const owner = key === undefined ? undefined : await host.ownerOf(key);
        if (!owner || key === undefined) {
          observe("unknown-address");
          return misses.take(networkOf(session)) ? say.UNKNOWN : say.TOO_MANY;
        }
        if (!letters.take(key)) return say.TOO_MANY_LETTERS;
        owners.set(session.id, owner);
        return undefined;
      });
    },
    onData(stream, session, done) {
      void read(stream, limits.bytes).then(
        (source) => (source ? answer(source, session, done) : refuse(done, say.TOO_LARGE)),
        // The client is gone.
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });

  async function answer(source: Buffer, session: SMTPServerSession, done: Done): Promise<void> {
    const owner = owners.get(session.id);
    // Whatever comes next on this connection names its own recipient.
    owners.delete(session.id);
    const { mailFrom } = session.envelope;
    if (!owner || mailFrom === false) return refuse(done, say.LATER);
    const letter = { owner, source, sender: mailFrom.address, ip: ipOf(session), helo: session.hostNameAppearsAs };
    let outcome: Taken;
    try {
      outcome = await inTurn(() => desk.take(letter));
    } catch (error) {
      observe("later", error);
      return refuse(done, say.LATER, false);
    }
    if (outcome.kind === "refused") return refuse(done, outcome.answer);
    observe("taken");
    done(null, outcome.text);
  }

  function refuse(done: Done, { code, text }: say.SmtpAnswer, isObserved = true): void {
    if (isObserved) observe(code < 500 ? "later" : "refused");
    done(Object.assign(new Error(text), { responseCode: code }));
  }

  function limited(done: Done): void {
    observe("limited");
    refuse(done, say.TOO_MANY, false);
  }

  async function judged(done: Done, judge: () => Promise<say.SmtpAnswer | undefined>): Promise<void> {
    try {
      const refusal = await judge();
      if (refusal) refuse(done, refusal, refusal !== say.UNKNOWN);
      else done();
    } catch (error) {
      observe("later", error);
      refuse(done, say.LATER, false);
    }
  }

  // A client that breaks off, or speaks no SMTP, is no news.
  server.on("error", () => undefined);
  await listen(server, options.port);
  const renewing = options.tls && watchTls(server, options.tls, (error) => observe("later", error));
  return {
    port: (server.server.address() as AddressInfo).port,
    async close() {
      clearInterval(renewing);
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** `undefined`: it was larger than it may be; it is read to its end all the same, so that the client hears the answer. */
async function read(stream: SMTPServerDataStream, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > most || stream.sizeExceeded ? undefined : Buffer.concat(chunks);
}

function listen(server: SMTPServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, "0.0.0.0", () => {
      server.server.off("error", reject);
      resolve();
    });
  });
}

async function readTls({ certFile, keyFile }: NonNullable<BccListenerOptions["tls"]>) {
  const [cert, key] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
  return { cert, key };
}

/** Certificates are renewed while the server runs. */
function watchTls(
  server: SMTPServer,
  files: NonNullable<BccListenerOptions["tls"]>,
  failed: (error: unknown) => void,
): NodeJS.Timeout {
  return setInterval(() => {
    readTls(files)
      .then((fresh) => server.updateSecureContext(fresh))
      .catch(failed);
  }, CERTIFICATE_EVERY_MS).unref();
}

const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

/** As SPF wants it: an IPv4 address is one, also where it comes through a socket for both. */
function ipOf({ remoteAddress }: SMTPServerSession): string {
  return ipaddr.isValid(remoteAddress) ? ipaddr.process(remoteAddress).toString() : remoteAddress;
}

/** One customer of a provider has a /64 of IPv6 addresses. */
function networkOf(session: SMTPServerSession): string {
  const ip = ipOf(session);
  if (!ipaddr.IPv6.isValid(ip)) return ip;
  return ipaddr.IPv6.parse(ip).toNormalizedString().split(":").slice(0, 4).join(":");
}
