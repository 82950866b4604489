import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Where webhooks go. */
export interface Target {
  readonly port: number;
  readonly path: string;
  readonly secret: string;
}

export interface LoadJob {
  readonly target: Target;
  readonly connections: number;
  readonly conversations: number;
  /** Message ids count up from here; jobs against one account must not overlap. */
  readonly firstMessage: number;
  readonly mode: /** As fast as answers come, every connection its own conversations in turn. */
    | { readonly kind: "closed"; readonly warmUpMs: number; readonly measureMs: number }
    /** At fixed times, whether answers come or not; latency counts from the time a request was due. */
    | { readonly kind: "open"; readonly perSecond: number; readonly seconds: number }
    /** So many messages of every conversation, each conversation in order; what is not answered 200 is sent again. */
    | { readonly kind: "all"; readonly perConversation: number };
}

export interface LoadResult {
  /** Answered 200, in the measured time. */
  readonly accepted: number;
  /** Answered 200 altogether, warm-up included. */
  readonly acceptedInAll: number;
  /** Answered otherwise. */
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds, of the measured time. */
  readonly latencies: readonly number[];
}

/** Runs a job in a process of its own, so that it does not share an event loop with what it measures. */
export function runLoad(job: LoadJob): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL("../load-process.ts", import.meta.url)), [], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("message", (result) => {
      resolve(result as LoadResult);
      child.disconnect();
    });
    child.once("exit", (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send(job);
  });
}
