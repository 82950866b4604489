import type { Localised } from "../../../domain/localised.ts";

/** Of letters whose copies come here. What mail servers are answered stands in `answers.ts`. */
export const bccSentences: readonly Localised[] = [
  { en: "Copies of e-mail", ru: "Копии писем", es: "Copias de correo" },
  {
    en: "This letter was sent from another mail program, and only its copy came here. Answer from that program, or connect the mailbox to answer from here.",
    ru: "Это письмо отправлено из другой почтовой программы, сюда пришла только его копия. Отвечайте из той программы или подключите почтовый ящик, чтобы отвечать отсюда.",
    es: "Este mensaje se envió desde otro programa de correo y aquí solo llegó su copia. Responda desde ese programa o conecte el buzón para responder desde aquí.",
  },
  {
    en: "The copy of this letter is no longer kept, so its file cannot be fetched.",
    ru: "Копия этого письма больше не хранится, поэтому файл из неё не получить.",
    es: "La copia de este correo ya no se conserva, así que su archivo no se puede obtener.",
  },
  {
    en: "Takes copies of letters that employees send to their addresses.",
    ru: "Принимает копии писем, которые сотрудники отправляют на свои адреса.",
    es: "Recibe copias de los correos que los empleados envían a sus direcciones.",
  },
];
