import type { PersonOutcome, SendOutcome } from "../../channels/contract/sending.ts";
import type { CallClock } from "../../channels/contract/sessions.ts";
import type { Logger } from "../../log/log.ts";
import type { MediaHandover } from "../../media/contract.ts";
import { createCallClock } from "./call-clock.ts";
import {
  type Asked,
  type FileAccess,
  type Held,
  type Leave,
  LIMIT_MS,
  LINE_MS,
  type SessionAnswers,
  type SessionCall,
} from "./calls.ts";

export interface PerformDeps {
  readonly files: FileAccess;
  readonly handover: MediaHandover;
  readonly log: Pick<Logger, "error">;
}

const MAX_FILE_BYTES = 100 * 1024 * 1024;

/**
 * Asks a connection that lives here. Never throws: a channel that does has a bug, and what became of the call is then as
 * unknown as when it never answers (`silent`).
 */
export async function perform(
  deps: PerformDeps,
  held: Held,
  call: SessionCall,
  leave?: Leave,
): Promise<Asked<AnyAnswer>> {
  const clock = createCallClock(LIMIT_MS[call.method], LINE_MS);
  const silent = clock.expired.then((): Asked<AnyAnswer> => ({ kind: "silent" }));
  try {
    const answered = run(deps, held, call, { clock, leave }).then(
      (answer): Asked<AnyAnswer> => ({ kind: "answered", answer }),
    );
    return await Promise.race([answered, silent]);
  } catch (error) {
    deps.log.error({ err: error, method: call.method }, "a standing connection threw");
    return { kind: "silent" };
  } finally {
    clock.stop();
  }
}

export type AnyAnswer = SessionAnswers[keyof SessionAnswers];

interface Around {
  readonly clock: CallClock;
  readonly leave: Leave | undefined;
}

async function run(deps: PerformDeps, held: Held, call: SessionCall, { clock, leave }: Around): Promise<AnyAnswer> {
  const { session } = held;
  switch (call.method) {
    case "send":
      return session.send({ ...call.message, ...deps.files, ...(leave && { leave }) }, call.key, clock);
    case "edit":
      return session.edit?.(call.change, clock) ?? cannot;
    case "remove":
      return session.remove?.(call.change, clock) ?? cannot;
    case "react":
      return session.react?.(call.reaction, clock) ?? cannot;
    case "findPerson":
      return session.findPerson?.(call.wanted, clock) ?? nobodyCanSay;
    case "openMedia":
      return openMedia(deps, held, call.ref);
    case "state":
      return held.live();
    case "answer": {
      if (!session.answer) return { sentence: "This connection asks for nothing." };
      const sentence = await session.answer(call.text);
      return sentence === undefined ? {} : { sentence };
    }
    case "logout":
      await held.logout();
      return {};
    case "restart":
      held.restart();
      return {};
  }
}

async function openMedia(deps: PerformDeps, held: Held, ref: string): Promise<SessionAnswers["openMedia"]> {
  const { session } = held;
  if (!session.openMedia) return { kind: "gone", sentence: "This channel cannot hand out files." };
  const opened = await session.openMedia(ref, AbortSignal.timeout(LIMIT_MS.openMedia));
  if (opened.kind !== "opened") return opened;
  const put = await deps.handover.put(opened.stream, MAX_FILE_BYTES);
  if (put.kind === "too-large") return { kind: "gone", sentence: "The file is larger than 100 MB and was left out." };
  if (put.kind === "broken") return { kind: "retry", afterMs: 5_000, sentence: put.sentence };
  return { kind: "opened", id: put.id, size: put.size, ...(opened.name !== undefined && { name: opened.name }) };
}

const cannot: SendOutcome = {
  kind: "refused",
  code: "not-possible",
  sentence: "This channel cannot do that.",
};

const nobodyCanSay: PersonOutcome = { kind: "unknown", sentence: "This channel cannot look people up." };
