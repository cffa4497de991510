/** Owns the space that Chinese has between a figure and its unit, or a date and its weekday. Pure. */

/** "90米" as "90 米", "11月22日周日" as "11月22日 周日"; other languages stay as they are. */
export function spaced(text: string): string {
  return text
    .replace(/(\d\p{Script=Han}?)(\p{Script=Han}{2})$/u, "$1 $2")
    .replace(/(\d)(\p{Script=Han})$/u, "$1 $2");
}
