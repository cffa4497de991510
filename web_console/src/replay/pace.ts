/**
 * Owns how often a replay makes a picture. Where drawing is cheap the views follow each other evenly
 * and the graphics card moves the marks in between; where the processor draws, each view is a
 * picture of the whole page, and they come as often as they cost no more than half of it. Pure;
 * milliseconds.
 */
const VIEW_MS = 50;
/** More than that many a second nobody sees; with fewer it is not a film any more. */
const CALM_VIEW_MS = { least: 40, most: 80 } as const;
/** A timer that is a little early counts as in time. */
const EARLY_MS = 2;
/** A window that was hidden says nothing about the cost of drawing. */
const GAP_MAX_MS = 500;

export interface Pace {
  /** Without a graphics card. */
  readonly calm: boolean;
  /** How long it takes here from one picture of the browser to the next, smoothed. */
  readonly pictureMs: number;
}

export const newPace = (calm: boolean): Pace => ({ calm, pictureMs: 16 });

export const paced = (pace: Pace, gapMs: number): Pace => ({
  ...pace,
  pictureMs: 0.8 * pace.pictureMs + 0.2 * Math.min(GAP_MAX_MS, gapMs),
});

/** From one view to the next. */
export function viewMs({ calm, pictureMs }: Pace): number {
  if (!calm) return VIEW_MS;
  return Math.min(CALM_VIEW_MS.most, Math.max(CALM_VIEW_MS.least, 2 * pictureMs));
}

export const isDue = (pace: Pace, sinceMs: number): boolean => sinceMs >= viewMs(pace) - EARLY_MS;

/** So long a view must be good for: until the next but one, lest marks stop when one is late. */
export const aheadMs = (pace: Pace): number => 2 * Math.max(viewMs(pace), pace.pictureMs);
