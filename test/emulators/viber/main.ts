import { parseArgs } from "node:util";
import { originsOf, serve } from "../shared/program.ts";
import { startViberEmulator } from "./emulator.ts";

/**
 * The emulator as a program:
 *   node test/emulators/viber/main.ts --port 8092 [--token 445da6…] [--http-webhooks] [--no-limits]
 *     [--webhook-origin https://app.example=http://127.0.0.1:8080]
 * Prints one line of JSON with its address and the bots' tokens, then serves until it is stopped.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8092" },
    host: { type: "string", default: "127.0.0.1" },
    token: { type: "string", multiple: true },
    "http-webhooks": { type: "boolean", default: false },
    "no-limits": { type: "boolean", default: false },
    "webhook-origin": { type: "string", multiple: true, default: [] },
  },
});

const emulator = await startViberEmulator({
  port: Number(values.port),
  host: values.host,
  httpWebhooks: values["http-webhooks"],
  origins: originsOf(values["webhook-origin"]),
  ...(values.token && { bots: values.token.map((token) => ({ token })) }),
  ...(values["no-limits"] && { perPersonPerHour: false as const, perTenSeconds: false as const }),
});
serve(emulator, { url: emulator.url, tokens: [...emulator.bots.keys()] });
