import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { defined } from "../shared/control.ts";
import { FaultPlan, playAfter, playBefore } from "../shared/faults.ts";
import { VendorServer } from "../shared/vendor-server.ts";
import { zeros } from "../shared/zeros.ts";
import { EmulatedBot, writeJson } from "./bot.ts";
import { REQUEST_LIMIT } from "./check-message.ts";
import { addControl } from "./control.ts";
import { type Fault, type Json, type LogEntry, type Person, type StoredMessage, ViberError } from "./types.ts";

/**
 * A Viber for tests: a real HTTP server that answers as chatapi.viber.com does, refuses what the documentation does not
 * allow, fetches the files of messages from their addresses itself, signs its callbacks, and plays people.
 */

export interface BotOptions {
  readonly token?: string;
  readonly name?: string;
}

export interface EmulatorOptions {
  readonly host?: string;
  readonly port?: number;
  /** Bots known from the start; default one. */
  readonly bots?: readonly BotOptions[];
  readonly now?: () => number;
  /** Messages an hour to one person who does not answer; `false` turns the limit off. Default 100, as Viber. */
  readonly perPersonPerHour?: number | false;
  /** Requests in any ten seconds; `false` turns the limit off. Default 500, as Viber tells of broadcasts. */
  readonly perTenSeconds?: number | false;
  /** Allows http webhooks, which Viber refuses. */
  readonly httpWebhooks?: boolean;
  /** Where public https origins are served in this test: `{"https://app.example": "http://127.0.0.1:8080"}`. */
  readonly origins?: Readonly<Record<string, string>>;
}

/** Its bytes, or so many of nothing, with or without a word of how many they are. */
export type HostedFile = Buffer | { readonly zeros: number; readonly tellsSize: boolean };

const METHODS = ["set_webhook", "get_account_info", "send_message"];
/** The first bot's; the others' count up in its last part. */
const TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";

export class ViberEmulator {
  readonly log: LogEntry[] = [];
  /** By token. */
  readonly bots = new Map<string, EmulatedBot>();
  readonly origins: Map<string, string>;
  private readonly options: EmulatorOptions;
  private readonly files = new Map<string, HostedFile>();
  private readonly server = new VendorServer();
  private readonly faults = new FaultPlan<Fault>(({ method }, call) => method === undefined || method === call);

  constructor(options: EmulatorOptions = {}) {
    this.origins = new Map(Object.entries(options.origins ?? {}));
    this.options = options;
    for (const bot of options.bots ?? [{}]) this.addBot(bot);
  }

  addBot({ token, name }: BotOptions = {}): EmulatedBot {
    const { options } = this;
    const ordinal = this.bots.size;
    const bot = new EmulatedBot({
      token: token ?? (ordinal === 0 ? TOKEN : `${TOKEN.slice(0, -4)}${String(ordinal).padStart(4, "0")}`),
      name: name ?? "Shop Support",
      now: options.now ?? Date.now,
      origins: this.origins,
      limits: {
        ...(options.perPersonPerHour !== false && { perPersonPerHour: options.perPersonPerHour ?? 100 }),
        ...(options.perTenSeconds !== false && { perTenSeconds: options.perTenSeconds ?? 500 }),
      },
      httpWebhooks: options.httpWebhooks ?? false,
    });
    this.bots.set(bot.token, bot);
    return bot;
  }

  /** The first bot. */
  get bot(): EmulatedBot {
    return this.find();
  }

  /** A bot by its token; without one, the first. */
  find(token?: string): EmulatedBot {
    const found = token === undefined ? [...this.bots.values()][0] : this.bots.get(token);
    if (!found) throw new Error("the emulator has no such bot");
    return found;
  }

  /** Base address, for `VIBER_API_URL`. */
  get url(): string {
    return `${this.server.url}/pa`;
  }

  async start(): Promise<this> {
    const app = Fastify({ bodyLimit: 1024 * 1024, forceCloseConnections: true });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    app.post<{ Params: { method: string } }>("/pa/:method", (request, reply) => this.answer(request, reply));
    app.get<{ Params: { id: string } }>("/files/:id/:name", (request, reply) =>
      this.sendFile(request.params.id, reply),
    );
    app.setNotFoundHandler((_request, reply) => reply.code(404).type("text/html").send("<html>Not Found</html>"));
    addControl(app, this);
    await this.server.listen(app, defined({ host: this.options.host, port: this.options.port }));
    return this;
  }

  async close(): Promise<void> {
    for (const bot of this.bots.values()) await bot.settled();
    await this.server.close();
  }

  /** As a vendor that cannot be reached. */
  goDown(): Promise<void> {
    return this.server.goDown();
  }

  /** A person with a Viber; subscribed, so that the bot may write to them, unless told otherwise. */
  addPerson(person: Partial<Person> & { readonly subscribed?: boolean } = {}, bot = this.bot): Person {
    const { subscribed = true, ...facts } = person;
    const full: Person = {
      id: Buffer.from(`person-${String(bot.people.size + 1).padStart(9, "0")}`).toString("base64"),
      name: "Anna Weber",
      avatar: "https://media-direct.example/avatar.jpg",
      country: "DE",
      language: "de-DE",
      api_version: 10,
      ...facts,
    };
    bot.people.set(full.id, full);
    if (subscribed) bot.subscribed.add(full.id);
    return full;
  }

  /** Keeps a file as Viber's media servers do; the address for a message's `media`. */
  host(content: HostedFile, name: string): string {
    const id = String(this.files.size + 1);
    this.files.set(id, content);
    return `${this.server.url}/files/${id}/${encodeURIComponent(name)}`;
  }

  /** The bot's messages to a person, in order. */
  sentTo(personId: string, bot = this.bot): StoredMessage[] {
    return bot.messages.filter((one) => one.receiver === personId && one.from === "bot");
  }

  calls(method?: string): LogEntry[] {
    return this.log.filter((entry) => method === undefined || entry.method === method);
  }

  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  awayFor(ms: number): void {
    this.server.awayFor(ms);
  }

  private async answer(
    request: FastifyRequest<{ Params: { method: string } }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { method } = request.params;
    if (!METHODS.includes(method)) return reply.code(404).type("text/html").send("<html>Not Found</html>");
    const entry: LogEntry = { id: this.log.length + 1, method, params: {}, processed: false };
    this.log.push(entry);
    try {
      const bot = this.authorise(request);
      const body = bodyOf(request.body);
      (entry as { params: Json }).params = body;
      const fault = this.faults.take(method);
      if (fault && (await beforeEffect(fault, reply))) return reply;
      const result = await this.perform(bot, method, body);
      entry.processed = true;
      if (fault && (await playAfter(fault.kind, reply))) return reply;
      entry.status = 0;
      return say(reply, { status: 0, status_message: "ok", ...result });
    } catch (error) {
      if (!(error instanceof ViberError)) throw error;
      entry.status = error.status;
      const failed = { status: error.status, status_message: error.message, chat_hostname: "SN-CHAT-05_" };
      return say(reply, failed);
    }
  }

  private authorise(request: FastifyRequest): EmulatedBot {
    const token = request.headers["x-viber-auth-token"];
    if (typeof token !== "string" || token === "") throw new ViberError(2, "missing_auth_token");
    const bot = this.bots.get(token);
    if (!bot || bot.revoked) throw new ViberError(2, "invalidAuthToken");
    return bot;
  }

  private async perform(bot: EmulatedBot, method: string, body: Json): Promise<Json> {
    if (method === "set_webhook") return await bot.setWebhook(body);
    if (method === "get_account_info") return bot.accountInfo();
    return { message_token: bot.send(body), chat_hostname: "SN-CHAT-05_", billing_status: 1 };
  }

  private async sendFile(id: string, reply: FastifyReply): Promise<FastifyReply> {
    const fault = this.faults.take("media");
    if (fault && (await beforeEffect(fault, reply))) return reply;
    const file = this.files.get(id);
    if (!file) return reply.code(404).send("");
    reply.type("application/octet-stream");
    if (Buffer.isBuffer(file)) return reply.send(file);
    if (file.tellsSize) reply.header("content-length", file.zeros);
    return reply.send(zeros(file.zeros));
  }
}

function say(reply: FastifyReply, body: Json): FastifyReply {
  return reply.type("application/json").send(writeJson(body));
}

function bodyOf(body: unknown): Json {
  if (!Buffer.isBuffer(body)) return {};
  if (body.length > REQUEST_LIMIT) throw new ViberError(3, "badData: request is larger than 30kb");
  try {
    const json: unknown = JSON.parse(body.toString());
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return { ...json };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ViberError(3, "badData");
}

/** Plays the fault if it is one without effect. */
async function beforeEffect(fault: Fault, reply: FastifyReply): Promise<boolean> {
  if (fault.kind === "error") throw new ViberError(fault.status ?? 3, fault.message ?? "badData");
  if (fault.kind !== "redirect") return await playBefore(fault.kind, reply);
  reply
    .code(302)
    .header("location", fault.message ?? "/")
    .send("");
  return true;
}

export async function startViberEmulator(options: EmulatorOptions = {}): Promise<ViberEmulator> {
  return await new ViberEmulator(options).start();
}
