import type { SessionCall } from "./calls.ts";

/** What processes of ours say to each other about standing connections. */
export type ToOwner =
  | { readonly kind: "ping"; readonly id: string; readonly from: string; readonly account: string }
  | {
      readonly kind: "call";
      readonly id: string;
      readonly from: string;
      readonly account: string;
      readonly to: string;
      readonly call: SessionCall;
      /** Who asks wants to be asked in turn before the request leaves. */
      readonly asksLeave?: true;
    }
  /** Whether that call may leave. */
  | { readonly kind: "may"; readonly id: string; readonly to: string; readonly may: boolean };

export type ToAsker =
  | { readonly kind: "here"; readonly id: string; readonly owner: string }
  /** `leaving`: its turn has come, and whoever asked is asked whether it may. */
  | { readonly kind: "working" | "silent" | "leaving"; readonly id: string }
  | { readonly kind: "answer"; readonly id: string; readonly answer: unknown };

const METHODS: readonly string[] = [
  "send",
  "edit",
  "remove",
  "react",
  "findPerson",
  "openMedia",
  "state",
  "logout",
  "restart",
  "answer",
] satisfies SessionCall["method"][];

/** `undefined` for what no version of us that we understand has said. */
export function readQuestion(text: string): ToOwner | undefined {
  const { kind, id, from, account, to, call, asksLeave, may } = fieldsOf(text);
  if (kind === "may" && typeof id === "string" && typeof to === "string") return { kind, id, to, may: may === true };
  if (typeof id !== "string" || typeof from !== "string" || typeof account !== "string") return undefined;
  if (kind === "ping") return { kind, id, from, account };
  if (kind !== "call" || typeof to !== "string" || !isCall(call)) return undefined;
  return { kind, id, from, account, to, call, ...(asksLeave === true && { asksLeave }) };
}

export function readAnswer(text: string): ToAsker | undefined {
  const { kind, id, owner, answer } = fieldsOf(text);
  if (typeof id !== "string") return undefined;
  if (kind === "here" && typeof owner === "string") return { kind, id, owner };
  if (kind === "working" || kind === "silent" || kind === "leaving") return { kind, id };
  return kind === "answer" && typeof answer === "object" && answer !== null ? { kind, id, answer } : undefined;
}

/** The bus is sealed: what comes over it was made by this program, if perhaps by a newer one. */
function isCall(call: unknown): call is SessionCall {
  return typeof call === "object" && call !== null && "method" in call && METHODS.includes(String(call.method));
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
