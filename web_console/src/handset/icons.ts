/** Owns the page's line icons, 24 × 24, drawn with the current colour. */
export const ICONS = {
  duty: "M4 6h16M4 12h16M4 18h10",
  report: "M12 5v14M5 12h14",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 12h8",
  record: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4 20c.6-4.2 3.8-6 8-6s7.4 1.8 8 6",
  navigate:
    "M12 21s7-6.5 7-11.500a7 7 0 0 0-14 0C5 14.5 12 21 12 21zM12 7a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  arrow: "M12 20V5M6 11l6-6 6 6",
  camera: "M4 8h3.500L9 5.500h6L16.5 8H20v11H4zM12 10a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19 7",
  left: "M15 5l-7 7 7 7",
  right: "M9 5l7 7-7 7",
  eye: "M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6zM12 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  alert: "M12 4 21 20H3zM12 10v4M12 17h.01",
  bell: "M6 17V11a6 6 0 1 1 12 0v6l1.5 2h-15zM10 21h4",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.500l3 2",
  up: "M12 18V7M7 11.5 12 6.500l5 5M5 20h14",
} as const;
export type IconName = keyof typeof ICONS;
