import { type Words, wordsOf } from "../../shared/i18n.ts";

const en = {
  title: "Distribution lists",
  about:
    "Letters that these addresses of the company hand on belong to whoever wrote them, and none of them is ever a customer. A list is recognised by the first letter that it hands on.",
  empty: "No lists yet",
  emptyText:
    "When a letter comes by way of a list in your domain, that list appears here. Add one that is not recognised.",
  add: "Add a list",
  address: "The list's address",
  addHelp: "For a list outside your domain, say, or one whose letters do not tell.",
  save: "Add",
  badAddress: "This is no e-mail address.",
  learned: "Recognised by a letter on {day}",
  added: "Added by {name} on {day}",
  remove: "Not a list",
  removed: "Not lists",
  removedText: "These are people's addresses, whatever letters say.",
  removedBy: "Taken off by {name} on {day}",
  putBack: "Put back",
  saidRemoved: "{address} counts as a person's address for letters that come from now on.",
  saidBack: "{address} is a list again for letters that come from now on.",
  colleague: "a colleague",
};

type Key = keyof typeof en;

const ru: Record<Key, string> = {
  title: "Группы рассылки",
  about:
    "Письма через эти адреса компании относятся к тому, кто их написал, а сами адреса никогда не станут клиентами. Группа распознаётся по первому письму, которое через неё пришло.",
  empty: "Групп пока нет",
  emptyText: "Когда придёт письмо через группу в вашем домене, она появится здесь. Нераспознанную можно добавить.",
  add: "Добавить группу",
  address: "Адрес группы",
  addHelp: "Например, если она не в вашем домене или её письма об этом не говорят.",
  save: "Добавить",
  badAddress: "Это не адрес почты.",
  learned: "Распознана по письму {day}",
  added: "Добавил(а) {name}, {day}",
  remove: "Это не группа",
  removed: "Не группы",
  removedText: "Это адреса людей, что бы ни говорили письма.",
  removedBy: "Убрал(а) {name}, {day}",
  putBack: "Вернуть",
  saidRemoved: "{address}: в новых письмах это адрес человека.",
  saidBack: "{address}: в новых письмах это снова группа.",
  colleague: "кто-то из коллег",
};

const es: Record<Key, string> = {
  title: "Listas de distribución",
  about:
    "Los correos que reenvían estas direcciones de la empresa son de quien los escribió, y ninguna de ellas será nunca un cliente. Una lista se reconoce por el primer correo que reenvía.",
  empty: "Todavía no hay listas",
  emptyText: "Cuando llegue un correo a través de una lista de su dominio, saldrá aquí. Añada la que no se reconozca.",
  add: "Añadir una lista",
  address: "Dirección de la lista",
  addHelp: "Por ejemplo, si no está en su dominio o sus correos no lo indican.",
  save: "Añadir",
  badAddress: "No es una dirección de correo.",
  learned: "Reconocida por un correo el {day}",
  added: "Añadida por {name} el {day}",
  remove: "No es una lista",
  removed: "No son listas",
  removedText: "Son direcciones de personas, digan lo que digan los correos.",
  removedBy: "Quitada por {name} el {day}",
  putBack: "Restaurar",
  saidRemoved: "{address} cuenta como dirección de una persona en los correos que lleguen desde ahora.",
  saidBack: "{address} vuelve a ser una lista en los correos que lleguen desde ahora.",
  colleague: "un compañero",
};

export const { t }: Words<Key, never> = wordsOf<Key>({ en, ru, es });
