import { expect, test } from "vitest";
import { codeReader, type DetectorKind, type Reader, searched } from "./codes";

const SCREEN = { videoWidth: 1280, videoHeight: 720 } as HTMLVideoElement;
const other = async (): Promise<Reader> => async () => "by search";

function kindThat(formats: string[], detect: () => Promise<{ rawValue: string }[]>): DetectorKind {
  return class {
    static getSupportedFormats = async () => formats;
    detect = detect;
  };
}

test("the browser's own detector reads where it works", async () => {
  const read = await codeReader(
    kindThat(["qr_code"], async () => [{ rawValue: "by detector" }]),
    other,
  );
  expect(await read(SCREEN)).toBe("by detector");
});

test("a detector that knows no QR codes is not asked", async () => {
  const read = await codeReader(
    kindThat([], async () => [{ rawValue: "by detector" }]),
    other,
  );
  expect(await read(SCREEN)).toBe("by search");
});

test("a detector that refuses every picture is given up for the search", async () => {
  let asked = 0;
  const refuses = kindThat(["qr_code"], async () => {
    asked += 1;
    throw new DOMException("Barcode detection service unavailable", "NotSupportedError");
  });
  const read = await codeReader(refuses, other);
  expect([await read(SCREEN), await read(SCREEN), asked]).toEqual(["by search", "by search", 1]);
});

test("the middle of a picture is searched in turn, and never more than there is", () => {
  expect(searched(SCREEN, false)).toEqual({ left: 0, top: 0, width: 1280, height: 720 });
  expect(searched(SCREEN, true)).toEqual({ left: 320, top: 40, width: 640, height: 640 });
  const flat = { videoWidth: 800, videoHeight: 300 };
  expect(searched(flat, true)).toEqual({ left: 200, top: 0, width: 400, height: 300 });
});
