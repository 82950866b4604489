import type { FindTexts } from "./en.ts";

export const es: FindTexts = {
  title: "Buscar en la conversación",
  words: "Palabras que buscar",
  older: "Anterior",
  newer: "Posterior",
  close: "Cerrar la búsqueda",
  count: "{at} de {count}",
  countMore: "{at} de más de {count}",
  none: "No se encontró nada",
  searching: "Buscando…",
  searchingTo: "Buscando, hasta el {day} por ahora…",
  found: "Mensajes encontrados",
  day: "Ir a un día",
  noDay: "No se escribió nada ese día ni después.",
};
