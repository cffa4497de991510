/** Owns calendar days in the installation's time zone. Pure. */

/** Offset of a time zone at an instant, milliseconds east of UTC. */
function offsetMs(at: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  const local = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return local - Math.floor(at.getTime() / 1000) * 1000;
}

/** First instant of a day (YYYY-MM-DD) and of the day after it. */
export function dayBounds(day: string, timeZone: string): { from: Date; to: Date } {
  const start = (iso: string): Date => {
    const utc = new Date(`${iso}T00:00:00Z`);
    return new Date(utc.getTime() - offsetMs(utc, timeZone));
  };
  return { from: start(day), to: start(shiftDay(day, 1)) };
}

export function shiftDay(day: string, by: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + by);
  return date.toISOString().slice(0, 10);
}
