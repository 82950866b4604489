import { readFile } from "node:fs/promises";
import { openPglite } from "../../../src/store/database.ts";
import { freshArchive } from "../../support/store/fresh-store.ts";
import { reportBattery } from "./battery.ts";

reportBattery("PGlite", async () => openPglite(undefined, new Blob([await readFile(await freshArchive())])), 12);
