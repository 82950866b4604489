/** Numbers that a regulator has set aside for films, books and manuals: nobody ever answers them. */

/**
 * Ofcom, "Telephone numbers for drama use": a thousand in each of the large cities' ranges, mobiles, free and premium
 * ones, and the area 01632 that does not exist.
 */
const british =
  /^\+44(?:(?:113|114|115|116|117|118|121|131|141|151|161)4960\d{3}|2079460\d{3}|1914980\d{3}|2896496\d{3}|2920180\d{3}|1632960\d{3}|7700900\d{3}|8081570\d{3}|9098790\d{3}|3069990\d{3})$/;
/** North America: 555-0100 to 555-0199 in every area. */
const american = /^\+1\d{3}55501\d\d$/;
/** Bundesnetzagentur: a thousand each in Berlin, Frankfurt, Hamburg, Cologne and Munich, and single mobiles. */
const german = /^\+49(?:3023125\d{3}|6990009\d{3}|4066969\d{3}|2214710\d{3}|8999998\d{3}|17139200\d{2}|17604069\d{3})$/;

/** @param number E.164 */
export const isReserved = (number: string): boolean => [british, american, german].some((range) => range.test(number));
