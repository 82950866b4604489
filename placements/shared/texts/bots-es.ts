import type { botsEn } from "./bots-en.ts";
import type { Translated } from "./plural.ts";

/** El bot externo de una cuenta. */
export const botsEs: Translated<typeof botsEn> = {
  "bots.action": "Bot",
  "bots.title": "Bot de {name}",
  "bots.text":
    "Quien empieza una conversación habla primero con su bot, una dirección web que responde a cada mensaje. Cuando la cede, falla o escribe una persona, la conversación pasa a su equipo.",
  "bots.enabled": "El bot responde primero",
  "bots.enabledHelp": "Si lo apaga, su equipo recibe enseguida lo que tenga.",
  "bots.url": "Dirección",
  "bots.urlHelp": "Empieza por https. No se siguen redirecciones.",
  "bots.name": "Nombre",
  "bots.nameHelp": "Aparece sobre lo que dice, para su equipo.",
  "bots.when": "Habla con",
  "bots.always": "Todos los que empiezan una conversación",
  "bots.first": "Solo quien escribe por primera vez",
  "bots.timeout": "Segundos hasta que se encarga una persona",
  "bots.timeoutWrong": "Un número entero de 1 a 30.",
  "bots.failureReply": "Qué se dice al cliente cuando falla",
  "bots.failureReplyHelp": "Vacío, nada. En todo caso se encarga una persona, y una nota dice por qué.",
  "bots.secret": "Secreto",
  "bots.secretHelp": "Con él su bot comprueba que las solicitudes vienen de aquí. Solo se muestra ahora: cópielo.",
  "bots.secretKept": "Se mostró al crearlo y no se puede volver a mostrar.",
  "bots.secretFirst": "Se crea al guardar por primera vez.",
  "bots.rotate": "Crear otro",
  "bots.rotateTitle": "¿Crear otro secreto?",
  "bots.rotateText":
    "Las solicitudes se firman con él enseguida. Hasta que su bot lo conozca, sus conversaciones pasan al equipo.",
  "bots.try": "Probar",
  "bots.tryUnsaved": "Guarde primero.",
  "bots.tried": "El bot respondió.",
  "bots.rests": "Falló varias veces seguidas: hasta las {time} su equipo lo recibe todo.",
  "bots.failed": "Último fallo, {time}:",
  "bots.works": "Última respuesta: {time}",
};
