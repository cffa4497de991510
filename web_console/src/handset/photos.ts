/** Owns making photos small enough for a bad network; the server takes off what else they tell. */

const LONGEST_PX = 2048;
const QUALITY = 0.82;

/** The photo as JPEG, its longer side at most 2,048 pixels; as it is where that cannot be done. */
export async function shrunk(photo: Blob): Promise<Blob> {
  const picture = await createImageBitmap(photo, { imageOrientation: "from-image" }).catch(
    () => null,
  );
  if (!picture) return photo;
  const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => {
    canvas.toBlob((made) => resolve(made ?? photo), "image/jpeg", QUALITY);
  });
}
