import { rmSync } from "node:fs";
import { z } from "zod";
import type { Library, LibraryClient } from "./library.ts";
import type { FromWorker, StartOptions, ToWorker } from "./protocol.ts";
import { toWire } from "./wire.ts";
import { createCalls } from "./worker-calls.ts";

/**
 * The process that runs one account's browser. It decides nothing: events of the library go up as they are, calls come
 * down and are answered. Whatever ends the process that started it closes the channel between them, and then this one
 * destroys its browser, removes the account's folder (nobody else would: the profile in it is clear) and ends too; the
 * browser is driven through a pipe, so it ends by itself if this process is killed.
 */

/** A browser that does not close in this time is left to whoever started us: it kills what remains. */
const DESTROY_MS = 8_000;

let client: LibraryClient | undefined;
let folder: string | undefined;
let ending = false;

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message, () => undefined);
}

const emit = (name: string, data: unknown = {}): void => tell({ kind: "event", name, data });

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);

async function end(code: number, orphaned = false): Promise<void> {
  if (ending) return;
  ending = true;
  const exit = (): void => {
    if (orphaned && folder !== undefined) rmSync(folder, { recursive: true, force: true });
    process.exit(code);
  };
  const late = setTimeout(exit, DESTROY_MS);
  late.unref();
  try {
    await client?.destroy();
  } catch {
    // A browser that is gone already cannot be closed; ending is all that is wanted.
  }
  exit();
}

function tellBrowser(): void {
  const pid = client?.pupBrowser?.process()?.pid;
  if (pid !== undefined) tell({ kind: "browser", pid });
}

const isModule = (value: unknown): value is Library =>
  typeof value === "object" && value !== null && "Client" in value && typeof value.Client === "function";

async function load(module: string): Promise<Library | undefined> {
  const loaded: { readonly default?: unknown } = await import(module);
  return [loaded.default, loaded].find(isModule);
}

function listen(target: LibraryClient): void {
  const pass = (name: string) => target.on(name, (...data) => emit(name, data.map(toWire)));
  // The library emits what others write twice: as `message_create` and as `message`.
  for (const name of ["message", "message_edit", "message_revoke_everyone", "message_reaction", "message_ack", "call"])
    pass(name);
  for (const name of ["group_join", "group_leave", "message_ciphertext_failed", "change_state", "loading_screen"])
    pass(name);
  for (const name of ["auth_failure", "disconnected", "authenticated"]) pass(name);
  target.on("qr", (code) => {
    tellBrowser();
    emit("qr", code);
  });
  target.on("ready", () => emit("ready", { name: target.info?.pushname, wid: target.info?.wid }));
}

async function start(options: StartOptions): Promise<void> {
  ({ folder } = options);
  let library: Library | undefined;
  try {
    library = await load(options.module);
  } catch (error) {
    emit("missing", reasonOf(error));
    return;
  }
  if (!library) return emit("missing", "the module has no Client");
  client = new library.Client({
    puppeteer: {
      headless: true,
      executablePath: options.executablePath,
      userDataDir: options.profileDir,
      args: [...options.args],
      pipe: true,
      // Why it does not start stands nowhere else: the driver's own error does not say.
      dumpio: true,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: 30_000,
      protocolTimeout: 180_000,
    },
    authTimeoutMs: 60_000,
    qrMaxRetries: options.qrRounds,
    webVersionCache: options.page ? { type: "local", path: options.page.folder, strict: true } : { type: "none" },
    ...(options.page && { webVersion: options.page.version }),
    ...(options.emulator !== undefined && { emulator: options.emulator }),
  });
  const calls = createCalls(client, library);
  onCall = calls.answer;
  listen(client);
  client.on("message_create", (message) => {
    if (!ownMessage.safeParse(message).success) return;
    // Our own sends come back as such an event, perhaps before their answer: only what no send of ours made is news.
    void calls.isOurs(message).then((ours) => {
      if (!ours) emit("message_create", [toWire(message)]);
    });
  });
  try {
    const starting = client.initialize();
    const watch = setInterval(tellBrowser, 200);
    await starting.finally(() => clearInterval(watch));
    tellBrowser();
  } catch (error) {
    tellBrowser();
    emit("start-failed", reasonOf(error));
  }
}

const ownMessage = z.object({ id: z.object({ fromMe: z.literal(true) }) });

let onCall: ReturnType<typeof createCalls>["answer"] = () =>
  Promise.resolve({ ok: false, failure: { code: "not-connected", reason: "not started" } });

process.on("message", (message: ToWorker) => {
  if (message.kind === "start") void start(message.options);
  else if (message.kind === "stop") void end(0);
  else void onCall(message.call).then((result) => tell({ kind: "answer", id: message.id, result }));
});
process.on("disconnect", () => void end(0, true));
process.on("SIGTERM", () => void end(0));
// Ctrl+C reaches the whole group of a terminal; the server tells us when to go.
process.on("SIGINT", () => undefined);
// The library leaves promises of its page behind when that goes away; the server's side watches over time limits.
process.on("unhandledRejection", (error) => emit("stray-error", reasonOf(error)));
process.on("uncaughtException", (error) => {
  emit("stray-error", reasonOf(error));
  void end(1);
});
