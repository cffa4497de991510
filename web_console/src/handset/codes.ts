/**
 * Owns how a picture of the camera is read for a QR code: by the browser's own detector while it
 * works, else by jsQR, which is loaded then. A detector may exist and not work: on a phone without
 * Google's services it refuses every picture.
 */
export interface Detector {
  detect(from: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
export interface DetectorKind {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}
declare global {
  interface Window {
    BarcodeDetector?: DetectorKind;
  }
}
export type Reader = (screen: HTMLVideoElement) => Promise<string | null>;

const FORMAT = "qr_code";
/** Longest side of what is searched, px: enough for a code that fills a quarter of it. */
const SEARCHED_PX = 720;

export async function codeReader(
  kind: DetectorKind | undefined = window.BarcodeDetector,
  other: () => Promise<Reader> = searching,
): Promise<Reader> {
  const formats = await kind?.getSupportedFormats().catch((): string[] => []);
  if (!kind || !formats?.includes(FORMAT)) return other();
  const detector = new kind({ formats: [FORMAT] });
  let instead: Reader | null = null;
  return async (screen) => {
    if (instead) return instead(screen);
    try {
      return (await detector.detect(screen))[0]?.rawValue ?? null;
    } catch {
      instead = await other();
      return instead(screen);
    }
  };
}

/** Searches the whole picture and its middle in turn; the middle sees a code that is far away. */
async function searching(): Promise<Reader> {
  const { default: jsQR } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  let inMiddle = false;
  return async (screen) => {
    const { width, height, ...from } = searched(screen, inMiddle);
    inMiddle = !inMiddle;
    const scale = Math.min(1, SEARCHED_PX / Math.max(width, height, 1));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    if (!pen || !canvas.width || !canvas.height) return null;
    pen.drawImage(screen, from.left, from.top, width, height, 0, 0, canvas.width, canvas.height);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, canvas.width, canvas.height)?.data || null;
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a picture that is searched, px: all of it, or the square of half its longer side. */
export function searched(
  { videoWidth, videoHeight }: Pick<HTMLVideoElement, "videoWidth" | "videoHeight">,
  inMiddle: boolean,
): Box {
  if (!inMiddle) return { left: 0, top: 0, width: videoWidth, height: videoHeight };
  const side = Math.round(Math.max(videoWidth, videoHeight) / 2);
  const [width, height] = [Math.min(side, videoWidth), Math.min(side, videoHeight)];
  return {
    left: Math.round((videoWidth - width) / 2),
    top: Math.round((videoHeight - height) / 2),
    width,
    height,
  };
}
