import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import ipaddr from "ipaddr.js";
import pLimit from "p-limit";
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from "smtp-server";
import { bccKeyOf } from "../../../domain/bcc-address.ts";
import type { BccHost, BccOwner } from "../../contract/bcc.ts";
import * as say from "./answers.ts";
import type { BccDesk, Taken } from "./desk.ts";

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
  /** How often somebody was here within a window of time, in all processes; never rejects. */
  readonly counts: ClientCounts;
  /** For tests. */
  readonly limits?: Partial<BccLimits>;
}

export interface ClientCounts {
  /** This one included. */
  count(key: string, windowMs: number): Promise<{ readonly current: number }>;
  look(key: string): Promise<number>;
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
  readonly lettersToOne: number;
  /** At the same time, from the recipient to the answer. */
  readonly lettersUnderWay: number;
  readonly silenceMs: number;
}

const LIMITS: BccLimits = {
  bytes: 30 * 1_024 * 1_024,
  clients: 200,
  clientsOfOne: 20,
  connectionsAnHour: 2_000,
  missesAnHour: 20,
  lettersAMinute: 60,
  lettersToOne: 5,
  lettersUnderWay: 25,
  silenceMs: 60_000,
};
/** Letters that are read at the same time: each is in memory as a whole. */
const AT_ONCE = 4;
const CERTIFICATE_EVERY_MS = 3_600_000;
const CLOSE_MS = 10_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

type Done = (error?: Error | null, text?: string) => void;

export async function startBccListener(options: BccListenerOptions): Promise<BccListener> {
  const { domain, host, desk, observe, counts } = options;
  const limits = { ...LIMITS, ...options.limits };
  const inTurn = pLimit(AT_ONCE);
  /** Whether there may be one more, which is counted. */
  const take = async (what: string, who: string, most: number, everyMs: number): Promise<boolean> =>
    (await counts.count(`bcc ${what} ${who}`, everyMs)).current <= most;
  /** Sessions by the network that they come from. */
  const open = new Map<string, Set<string>>();
  /** By the session's id: the address that the letter under way goes to, and whose it is; until it is answered. */
  const owners = new Map<string, { readonly key: string; readonly owner: BccOwner }>();
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
      if (here.size >= limits.clientsOfOne) return limited(done);
      // At once: further ones are counted while this one is looked at.
      open.set(from, here.add(session.id));
      void isWelcome(from).then((welcome) => (welcome ? done() : limited(done)));
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
          return (await take("miss", networkOf(session), limits.missesAnHour, HOUR_MS)) ? say.UNKNOWN : say.TOO_MANY;
        }
        // Each of them may be in memory as a whole.
        if (owners.size >= limits.lettersUnderWay) return say.LATER;
        const same = [...owners.values()].filter((one) => one.key === key).length;
        if (same >= limits.lettersToOne) return say.TOO_MANY_LETTERS;
        owners.set(session.id, { key, owner });
        if (await take("letter", printOf(key), limits.lettersAMinute, MINUTE_MS)) return undefined;
        owners.delete(session.id);
        return say.TOO_MANY_LETTERS;
      });
    },
    onData(stream, session, done) {
      void read(stream, limits.bytes).then(
        (source) => {
          if (source) return answer(source, session, done);
          owners.delete(session.id);
          return refuse(done, say.TOO_LARGE);
        },
        // The client is gone.
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
  });

  async function isWelcome(from: string): Promise<boolean> {
    if ((await counts.look(`bcc miss ${from}`)) >= limits.missesAnHour) return false;
    return await take("connection", from, limits.connectionsAnHour, HOUR_MS);
  }

  async function answer(source: Buffer, session: SMTPServerSession, done: Done): Promise<void> {
    const to = owners.get(session.id);
    const { mailFrom } = session.envelope;
    if (!to || mailFrom === false) return refuse(done, say.LATER);
    const letter = {
      owner: to.owner,
      source,
      sender: mailFrom.address,
      ip: ipOf(session),
      helo: session.hostNameAppearsAs,
    };
    let outcome: Taken;
    try {
      outcome = await inTurn(() => desk.take(letter));
    } catch (error) {
      observe("later", error);
      return refuse(done, say.LATER, false);
    } finally {
      // Whatever comes next on this connection names its own recipient.
      owners.delete(session.id);
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

/** What is counted by may lie in another place: a key would let its reader write there. */
const printOf = (key: string): string => createHash("sha256").update(`bcc ${key}`).digest("base64url").slice(0, 22);

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
