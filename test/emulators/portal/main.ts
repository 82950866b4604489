/**
 * Runs the emulator alone:
 *
 *   node test/emulators/portal/main.ts --port 9100 --portals 2 --app http://127.0.0.1:8080
 *
 * Prints one line of JSON with all addresses, then serves until SIGTERM or SIGINT.
 */
import { parseArgs } from "node:util";
import { startPortalEmulator } from "./emulator.ts";
import type { EmulatorOptions } from "./options.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "9100" },
    host: { type: "string", default: "127.0.0.1" },
    portals: { type: "string", default: "1" },
    app: { type: "string", default: "http://127.0.0.1:8080" },
    "client-id": { type: "string" },
    "client-secret": { type: "string" },
    seed: { type: "string", default: "1" },
    /** Further EmulatorOptions as JSON, e.g. {"portals":[{"chargeMs":{"imconnector.send.messages":{"perMessage":40}}}]} */
    options: { type: "string", default: "{}" },
  },
});

const further = JSON.parse(values.options) as EmulatorOptions;
const emulator = await startPortalEmulator({
  host: values.host,
  port: Number(values.port),
  seed: Number(values.seed),
  portals: Array.from({ length: Number(values.portals) }, () => ({})),
  applications: [
    {
      ...(values["client-id"] === undefined ? {} : { clientId: values["client-id"] }),
      ...(values["client-secret"] === undefined ? {} : { clientSecret: values["client-secret"] }),
    },
  ],
  ...further,
});
const application = emulator.configureApplication({ baseUrl: values.app });

process.stdout.write(
  `${JSON.stringify({
    oauthUrl: emulator.oauthUrl,
    control: `${emulator.oauthUrl}/_emulator`,
    application: {
      clientId: application.clientId,
      clientSecret: application.clientSecret,
      installUrl: application.installUrl,
    },
    portals: emulator.portals.map(({ portal }) => ({
      id: portal.id,
      domain: portal.domain,
      memberId: portal.memberId,
      clientEndpoint: portal.clientEndpoint,
    })),
  })}\n`,
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void emulator.stop().then(() => process.exit(0));
  });
}
