import type { PortalId } from "../../domain/ids.ts";
import type { Localised } from "../../domain/localised.ts";
import type { PortalDirectory } from "../../portal/contract/directory.ts";
import { type FieldProblem, mapFields, type PortalField } from "../../rules/fields.ts";
import type { FieldMapping } from "../../rules/ruleset.ts";
import { fieldProblemSentence } from "../../rules/texts/field-problems.ts";
import type { Variables } from "../../rules/variables.ts";

/** What a rule would put into a field, for whoever writes it. */
export interface TriedField {
  readonly entity: FieldMapping["entity"];
  readonly field: string;
  /** As the portal calls the field. */
  readonly name: string;
  /** As a person reads it in the card; `null`: nothing comes out. */
  readonly value: string | null;
  /** Why it stays empty. */
  readonly problem: string | null;
}

export interface TriedFields {
  readonly fields: readonly TriedField[];
  /** Why nothing could be checked against the portal's own fields; `null`: it was. */
  readonly unchecked: string | null;
}

const YES: Localised = { en: "yes", ru: "да", es: "sí" };
const NO: Localised = { en: "no", ru: "нет", es: "no" };

/**
 * What each mapping makes of these variables, in their order, whether or not its card is made: by the function that
 * carrying out uses. Only reads the portal's lists of fields, which are remembered for minutes. The portal is away: the
 * values as they are before they are checked, and it is said.
 */
export async function triedFields(
  portals: Pick<PortalDirectory, "crm">,
  portal: PortalId,
  mappings: readonly FieldMapping[],
  variables: Variables,
  zone: string,
  language: keyof Localised,
): Promise<TriedFields> {
  const lists = new Map<FieldMapping["entity"], readonly PortalField[] | undefined>();
  let unchecked: string | null = null;
  for (const entity of new Set(mappings.map((mapping) => mapping.entity))) {
    const outcome = await portals.crm(portal).fields(entity);
    if (outcome.kind !== "ok" && outcome.kind !== "withdrawn") unchecked = outcome.sentence;
    lists.set(entity, outcome.kind === "ok" ? outcome.value : undefined);
  }
  const fields = mappings.map((mapping): TriedField => {
    const { entity, field } = mapping;
    const list = lists.get(entity);
    const known = list?.find(({ name }) => name.toLowerCase() === field.toLowerCase());
    const { values, problems } = mapFields([mapping], entity, variables, list, zone);
    const [problem] = problems;
    const [value] = Object.values(values).flat();
    const name = known?.title || field;
    return {
      entity,
      field,
      name,
      value: value === undefined ? null : shown(value, mapping.type, known, language),
      problem: problem ? fieldProblemSentence(named(problem, name), language) : null,
    };
  });
  return { fields, unchecked };
}

/** Staff know a field by its title. */
const named = (problem: FieldProblem, name: string): FieldProblem => ({ ...problem, field: name });

function shown(
  value: unknown,
  type: FieldMapping["type"],
  field: PortalField | undefined,
  language: keyof Localised,
): string {
  const text = String(value);
  if (type === "enumeration") return field?.items.find(({ id }) => id === text)?.value ?? text;
  if (type === "boolean") return (text === "Y" ? YES : NO)[language];
  return type === "money" ? text.replace("|", " ") : text;
}
