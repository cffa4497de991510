/**
 * Owns making a photo small enough for a phone's network before it is sent. The server makes every
 * photo anew in any case; what cannot be read here is sent as it is, and judged there.
 */
const LONGEST_PX = 2560;
const WORTH_BYTES = 600_000;
const QUALITY = 0.85;
const TAKEN = new Set(["image/jpeg", "image/png", "image/webp"]);

export async function shrunk(file: File): Promise<Blob> {
  if (file.size < WORTH_BYTES && TAKEN.has(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, "image/jpeg", QUALITY);
    });
    return made && (made.size < file.size || !TAKEN.has(file.type)) ? made : file;
  } catch {
    return file;
  }
}

/** What a file dialog offers; phones then turn their own formats into JPEG. */
export const PHOTO_TYPES = "image/jpeg,image/png,image/webp";

/** A random id (UUID version 4) also where the page is not served over TLS. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const parts = [8, 12, 16, 20].map((end, at) => hex.slice([0, 8, 12, 16][at], end));
  return [...parts, hex.slice(20)].join("-");
}
