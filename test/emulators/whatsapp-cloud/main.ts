import { parseArgs } from "node:util";
import { originsOf, serve } from "../shared/program.ts";
import { startWhatsappCloudEmulator } from "./emulator.ts";

/**
 * The emulator as a program:
 *   node test/emulators/whatsapp-cloud/main.ts --port 8091 [--http-callbacks] [--no-limits]
 *     [--webhook-origin https://app.example=http://127.0.0.1:8080]
 * Prints one line of JSON with its address and what an account needs to connect, then serves until it is stopped.
 */
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8091" },
    host: { type: "string", default: "127.0.0.1" },
    "http-callbacks": { type: "boolean", default: false },
    "no-limits": { type: "boolean", default: false },
    "webhook-origin": { type: "string", multiple: true, default: [] },
  },
});

const emulator = await startWhatsappCloudEmulator({
  port: Number(values.port),
  host: values.host,
  httpCallbacks: values["http-callbacks"],
  webhookOrigins: originsOf(values["webhook-origin"]),
  ...(values["no-limits"] && { limits: false as const }),
});
const numbers = [...emulator.businesses.values()].map(
  ({ phoneNumberId, businessAccountId, accessToken, appSecret }) => ({
    phoneNumberId,
    businessAccountId,
    accessToken,
    appSecret,
  }),
);
serve(emulator, { url: emulator.url, numbers });
