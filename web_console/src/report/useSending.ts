/** Owns the way of a report to the server: first the report, then its photos, each with its own retry. */
import { ref, shallowRef } from "vue";
import { randomId, shrunk } from "@/photos/shrink";
import { problemParts, problemText } from "@/ui/problems";
import * as endpoints from "@/wire/endpoints";
import type { ResidentReport } from "@/wire/messages";

interface Waiting {
  readonly file: File;
  readonly uploadId: string;
}

export function useSending() {
  const code = ref("");
  const failure = ref("");
  const busy = ref(false);
  const waiting = shallowRef<Waiting[]>([]);
  const photosLeft = ref(0);
  const photosFailed = ref("");

  async function send(report: ResidentReport, photos: readonly File[]): Promise<void> {
    busy.value = true;
    failure.value = "";
    try {
      code.value = (await endpoints.sendResidentReport(report)).code;
      waiting.value = photos.map((file) => ({ file, uploadId: randomId() }));
      photosLeft.value = waiting.value.length;
      void sendPhotos();
    } catch (error) {
      failure.value = problemParts(error).text;
    } finally {
      busy.value = false;
    }
  }

  async function sendPhotos(): Promise<void> {
    photosFailed.value = "";
    for (const { file, uploadId } of waiting.value) {
      try {
        await endpoints.sendResidentPhoto(code.value, uploadId, await shrunk(file));
        waiting.value = waiting.value.filter((each) => each.uploadId !== uploadId);
        photosLeft.value = waiting.value.length;
      } catch (error) {
        photosFailed.value = problemText(error);
      }
    }
  }

  return { code, failure, busy, photosLeft, photosFailed, send, sendPhotos };
}
