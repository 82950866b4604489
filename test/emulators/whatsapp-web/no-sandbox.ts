import { EventEmitter } from "node:events";

/** The library where Chromium may not make a sandbox: what the browser says, and what its driver makes of that. */
export class Client extends EventEmitter {
  async initialize(): Promise<void> {
    const words =
      "[1:1:ERROR:zygote_host_impl_linux.cc:130] No usable sandbox! If this is a Debian system, please install";
    await new Promise<void>((resolve) => process.stderr.write(`${words}\n`, () => resolve()));
    throw new Error("Protocol error (Target.setDiscoverTargets): Target closed");
  }

  async destroy(): Promise<void> {
    await Promise.resolve();
  }
}
