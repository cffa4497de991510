import { globSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { handset as en } from "@/i18n/en/handset";
import { handset as zh } from "@/i18n/zh/handset";

type Tree = { [key: string]: string | Tree };
const flat = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[path + key, value] as [string, string]]
      : flat(value, `${path}${key}.`),
  );
const places = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1] ?? "");
const chinese = new Map(flat(zh));
const english = new Map(flat(en));

it("has the same words with the same values in both languages", () => {
  expect([...english.keys()]).toEqual([...chinese.keys()]);
  for (const [key, text] of chinese) {
    expect(places(english.get(key) ?? "").sort(), key).toEqual(places(text).sort());
  }
});

it("leaves no Chinese in the English one", () => {
  const kept = [...english].filter(
    ([key, text]) => /\p{Script=Han}/u.test(text) && key !== "language.zh",
  );
  expect(kept).toEqual([]);
});

it("has no word that nothing says", () => {
  const files = globSync("src/handset/**/*.{vue,ts}").filter((file) => !file.includes(".test."));
  const source = files.map((file) => readFileSync(file, "utf8")).join("\n");
  const stems = [...source.matchAll(/`([a-zA-Z.]+?)\$\{/g)].map((hit) => hit[1] ?? "");
  const silent = [...chinese.keys()].filter(
    (key) =>
      !source.includes(`"${key}"`) &&
      !source.includes(`'${key}'`) &&
      !stems.some((stem) => key.startsWith(stem)),
  );
  expect(silent).toEqual([]);
});
