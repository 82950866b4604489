/** What a REST method of the emulated portal answers; refusals are ordinary values, only bugs throw. */
export interface RestSuccess {
  readonly kind: "success";
  readonly result: unknown;
  readonly total?: number | undefined;
  readonly next?: number | undefined;
}

export interface RestRefusal {
  readonly kind: "refusal";
  readonly status: number;
  readonly error: string;
  readonly description: string;
  /** Further top-level keys of the error body, such as `argument`. */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
}

export type RestResult = RestSuccess | RestRefusal;

/** A plain answer without paging. */
export function answer(result: unknown): RestSuccess {
  return { kind: "success", result };
}

/** A page of a list method; `next` is left out on the last page, as the platform does. */
export function answerPage(result: unknown, total: number | undefined, next: number | undefined): RestSuccess {
  return { kind: "success", result, total, next };
}

export function refuse(
  status: number,
  error: string,
  description: string,
  extra?: Readonly<Record<string, unknown>>,
): RestRefusal {
  return { kind: "refusal", status, error, description, extra };
}

/** The JSON body of a refusal. */
export function refusalBody(refusal: RestRefusal): Record<string, unknown> {
  return { error: refusal.error, error_description: refusal.description, ...refusal.extra };
}
