import type { tl } from "@mtcute/core";
import type { ConnectionState } from "../../domain/account.ts";
import type { SessionPrompt } from "../contract/sessions.ts";
import { CallFailed, type CallFailure, floodSeconds, type PersonClient, says, tryCall } from "./client.ts";
import { outcomeOf, spoken } from "./outcomes.ts";

/**
 * Signing in, by QR code or by phone, code and second password. Nothing of it is kept: a crash at any place starts it
 * anew, and Telegram forgets codes and tokens by itself.
 *
 * - Nobody does anything: QR codes are renewed for ten minutes, then it stops and says so, instead of asking for ever.
 * - Wrong code or password: a sentence, and the prompt stays. A pause that Telegram asks for is told with its time.
 */
export interface Login {
  /** Runs until somebody signed in (`undefined`) or it came to an end that the state tells. */
  run(): Promise<tl.RawUser | ConnectionState>;
  answer(text: string): Promise<string | undefined>;
  /** Somebody scanned the code. */
  scanned(): void;
}

export interface LoginOptions {
  readonly client: PersonClient;
  readonly apiId: number;
  readonly apiHash: string;
  /** Empty: QR code. */
  readonly phone: string;
  readonly state: (connection: ConnectionState, prompt?: SessionPrompt) => void;
  /** Ends early, without error, when it is closed. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** A token is good for about 30 s. */
const MOST_TOKENS = 20;
const LEAST_TOKEN_MS = 5_000;
const UNREACHABLE_MS = 5_000;

type Ending = tl.RawUser | ConnectionState;
type Asked = { readonly kind: "code"; readonly hash: string } | { readonly kind: "password" };

export function createLogin(options: LoginOptions): Login {
  const { client, apiId, apiHash, state, signal } = options;
  const phone = options.phone.replace(/\D/g, "");
  let asked: Asked | undefined;
  let wake: (() => void) | undefined;
  let end: (ending: Ending) => void = () => undefined;
  const ended = new Promise<Ending>((resolve) => {
    end = resolve;
  });

  async function run(): Promise<Ending> {
    signal.addEventListener("abort", () => end({ kind: "needs-action", sentence: "Signing in was broken off." }), {
      once: true,
    });
    const begin = phone === "" ? showTokens() : askForCode();
    begin.catch((error: unknown) => {
      if (!(error instanceof CallFailed)) throw error;
      end(failedState(error.failure));
    });
    return await ended;
  }

  /** Until an answer comes, or the person gives up. */
  async function showTokens(): Promise<void> {
    for (let shown = 0; shown < MOST_TOKENS && !signal.aborted; ) {
      const token = await exportToken();
      if (token === "signed-in" || token === "password") return;
      if (token === undefined) continue;
      shown += 1;
      const until = new Date(token.expires * 1_000);
      const data = `tg://login?token=${Buffer.from(token.token).toString("base64url")}`;
      state(
        { kind: "needs-action", sentence: "Scan this code in Telegram: Settings, Devices, Link Desktop Device." },
        { kind: "qr", data, until },
      );
      await untilScanned(Math.max(LEAST_TOKEN_MS, until.getTime() - options.now()));
    }
    end({
      kind: "needs-action",
      sentence: "Nobody scanned the code for ten minutes. Press “Reconnect” to get a new one.",
    });
  }

  async function untilScanned(ms: number): Promise<void> {
    const timer = new AbortController();
    const scan = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([scan, options.wait(ms, AbortSignal.any([timer.signal, signal]))]);
    wake = undefined;
    timer.abort();
  }

  async function exportToken(): Promise<tl.auth.RawLoginToken | "signed-in" | "password" | undefined> {
    const done = await tryCall(client, { _: "auth.exportLoginToken", apiId, apiHash, exceptIds: [] });
    if (!done.ok) return await tokenFailed(done.failure);
    return await readToken(done.value);
  }

  async function readToken(
    answer: tl.auth.TypeLoginToken,
  ): Promise<tl.auth.RawLoginToken | "signed-in" | "password" | undefined> {
    if (answer._ === "auth.loginToken") return answer;
    if (answer._ === "auth.loginTokenSuccess") return signedIn(answer.authorization);
    // The account lives at another data centre: the token goes there.
    await client.moveTo(answer.dcId);
    const done = await tryCall(client, { _: "auth.importLoginToken", token: answer.token });
    return done.ok ? await readToken(done.value) : await tokenFailed(done.failure);
  }

  async function tokenFailed(failure: CallFailure): Promise<"password" | undefined> {
    if (says(failure, "SESSION_PASSWORD_NEEDED")) {
      await askForPassword();
      return "password";
    }
    if (says(failure, "AUTH_TOKEN_EXPIRED", "AUTH_TOKEN_INVALID", "AUTH_TOKEN_ALREADY_ACCEPTED")) return undefined;
    if (failure.kind === "refused") throw new CallFailed(failure);
    await unreachable();
    return undefined;
  }

  async function unreachable(): Promise<void> {
    state({ kind: "transient-disconnect", sentence: "Telegram cannot be reached. Signing in goes on when it can." });
    await options.wait(UNREACHABLE_MS, signal);
  }

  async function askForCode(): Promise<void> {
    while (!signal.aborted) {
      const settings: tl.RawCodeSettings = { _: "codeSettings" };
      const done = await tryCall(client, { _: "auth.sendCode", phoneNumber: phone, apiId, apiHash, settings });
      if (!done.ok) {
        if (done.failure.kind === "refused") throw new CallFailed(done.failure);
        await unreachable();
        continue;
      }
      if (done.value._ === "auth.sentCodeSuccess") {
        signedIn(done.value.authorization);
        return;
      }
      if (done.value._ !== "auth.sentCode") {
        return end({
          kind: "failed",
          sentence: "Telegram wants a payment before it sends a code to this number. Sign in with the QR code instead.",
        });
      }
      asked = { kind: "code", hash: done.value.phoneCodeHash };
      state(
        { kind: "needs-action", sentence: `Telegram sent a code ${whereTo(done.value.type)}. Type it in.` },
        { kind: "code", label: "Code from Telegram", hint: `Sent ${whereTo(done.value.type)}.` },
      );
      return;
    }
  }

  async function askForPassword(): Promise<void> {
    const password = await client.call({ _: "account.getPassword" });
    asked = { kind: "password" };
    state(
      { kind: "needs-action", sentence: "This account has a second password (two-step verification). Type it in." },
      { kind: "password", label: "Second password", ...(password.hint && { hint: password.hint }) },
    );
  }

  function signedIn(authorization: tl.auth.TypeAuthorization): "signed-in" {
    asked = undefined;
    if (authorization._ === "auth.authorization" && authorization.user._ === "user") end(authorization.user);
    else
      end({
        kind: "failed",
        sentence:
          "There is no Telegram account with this number. Open one in the Telegram app first, then connect it here.",
      });
    return "signed-in";
  }

  async function answer(text: string): Promise<string | undefined> {
    const given = text.trim();
    if (!asked) return "Nothing is asked for at the moment. Look at the state above.";
    if (given === "") return "This is empty. Type what is asked for.";
    try {
      return asked.kind === "code" ? await answerCode(given, asked.hash) : await answerPassword(text);
    } catch (error) {
      if (error instanceof CallFailed) return sentenceOf(error.failure);
      throw error;
    }
  }

  async function answerCode(code: string, phoneCodeHash: string): Promise<string | undefined> {
    const digits = code.replace(/[\s-]/g, "");
    const done = await tryCall(client, { _: "auth.signIn", phoneNumber: phone, phoneCodeHash, phoneCode: digits });
    if (done.ok) {
      signedIn(done.value);
      return undefined;
    }
    if (says(done.failure, "SESSION_PASSWORD_NEEDED")) {
      await askForPassword();
      return undefined;
    }
    if (says(done.failure, "PHONE_CODE_INVALID", "PHONE_CODE_EMPTY"))
      return "This is not the code that Telegram sent. Look again and type it once more.";
    if (says(done.failure, "PHONE_CODE_EXPIRED")) {
      await askForCode();
      return "This code has run out. Telegram has sent a new one: type that.";
    }
    return sentenceOf(done.failure);
  }

  async function answerPassword(password: string): Promise<string | undefined> {
    const proof = await client.proof(await client.call({ _: "account.getPassword" }), password);
    const done = await tryCall(client, { _: "auth.checkPassword", password: proof });
    if (done.ok) {
      signedIn(done.value);
      return undefined;
    }
    if (says(done.failure, "PASSWORD_HASH_INVALID"))
      return "This is not the account's second password. Type it once more; mind capital letters.";
    if (says(done.failure, "SRP_ID_INVALID", "SRP_PASSWORD_CHANGED"))
      return "The password was changed just now. Type the new one.";
    return sentenceOf(done.failure);
  }

  return { run, answer, scanned: () => wake?.() };
}

function whereTo(type: tl.auth.TypeSentCodeType): string {
  switch (type._) {
    case "auth.sentCodeTypeApp":
      return "to the Telegram app on the person's other devices";
    case "auth.sentCodeTypeSms":
    case "auth.sentCodeTypeSmsWord":
    case "auth.sentCodeTypeSmsPhrase":
    case "auth.sentCodeTypeFirebaseSms":
      return "by SMS";
    case "auth.sentCodeTypeCall":
    case "auth.sentCodeTypeFlashCall":
    case "auth.sentCodeTypeMissedCall":
      return "by a phone call";
    case "auth.sentCodeTypeEmailCode":
      return "by e-mail";
    default:
      return "to the person";
  }
}

function sentenceOf(failure: CallFailure): string {
  const seconds = floodSeconds(failure);
  if (seconds !== undefined) return `Telegram does not take more attempts for now. Try again in ${spoken(seconds)}.`;
  if (says(failure, "PHONE_PASSWORD_FLOOD")) return "Telegram does not take more attempts for now. Try again tomorrow.";
  if (failure.kind !== "refused") return "Telegram's answer did not arrive. Try once more.";
  return failedState(failure).sentence;
}

function failedState(failure: CallFailure): ConnectionState {
  if (says(failure, "API_ID_INVALID", "API_ID_PUBLISHED_FLOOD")) {
    return {
      kind: "failed",
      sentence:
        "Telegram does not accept this server's application. Check TELEGRAM_API_ID and TELEGRAM_API_HASH (my.telegram.org).",
    };
  }
  if (says(failure, "PHONE_NUMBER_INVALID"))
    return {
      kind: "bad-credentials",
      sentence: "Telegram does not know this as a phone number. Enter it with its country code.",
    };
  if (says(failure, "PHONE_NUMBER_BANNED"))
    return { kind: "failed", sentence: "Telegram has banned this number. It cannot be connected." };
  if (says(failure, "PHONE_NUMBER_UNOCCUPIED")) {
    return {
      kind: "bad-credentials",
      sentence: "There is no Telegram account with this number. Open one in the Telegram app first.",
    };
  }
  if (says(failure, "PHONE_NUMBER_FLOOD"))
    return {
      kind: "failed",
      sentence: "Codes were asked for too often with this number. Try again tomorrow, or sign in with the QR code.",
    };
  const seconds = floodSeconds(failure);
  if (seconds !== undefined)
    return {
      kind: "failed",
      sentence: `Telegram asks to wait ${spoken(seconds)} before signing in. Press “Reconnect” then.`,
    };
  const outcome = outcomeOf(failure);
  if (outcome.kind === "account-down") return outcome.connection;
  const reason = failure.kind === "refused" ? failure.text : "no answer";
  return {
    kind: "failed",
    sentence: `Telegram refused to sign the account in (${reason}). Press “Reconnect” to try again.`,
  };
}
