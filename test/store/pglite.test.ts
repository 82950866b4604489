import { pino } from "pino";
import { openStore } from "../../src/store/open-store.ts";
import { storeBattery } from "../contract/store.ts";

storeBattery("PGlite", () =>
  openStore({ dataDir: "memory://", secretKey: "k".repeat(32), log: pino({ level: "silent" }) }),
);
