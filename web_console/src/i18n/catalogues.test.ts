import { globSync, readFileSync } from "node:fs";
import { parse, type RootNode, type TemplateChildNode } from "@vue/compiler-dom";
import { parse as parseFile } from "@vue/compiler-sfc";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { zh } from "./zh";

type Tree = { [key: string]: string | Tree };
const flat = (tree: Tree, path = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[path + key, value] as [string, string]]
      : flat(value, `${path}${key}.`),
  );
const places = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((hit) => hit[1] ?? "");
const HAN = /\p{Script=Han}/u;

describe("catalogues", () => {
  const chinese = new Map(flat(zh));
  const english = new Map(flat(en));

  it("have the same keys with the same values in them", () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort());
    for (const [key, text] of chinese) {
      const there = places(english.get(key) ?? "");
      expect(
        there.filter((name) => !places(text).includes(name)),
        key,
      ).toEqual([]);
    }
  });

  it("leave no Chinese in the English one", () => {
    const kept = [...english].filter(([key, text]) => HAN.test(text) && key !== "language.zh");
    expect(kept).toEqual([]);
  });
});

describe("keys", () => {
  const files = globSync("src/**/*.{vue,ts}").filter((file) => !/i18n|\.test\./.test(file));
  const source = files.map((file) => readFileSync(file, "utf8")).join("\n");
  const stems = [...source.matchAll(/`([a-zA-Z.]+?)\$\{/g)].map((hit) => hit[1] ?? "");

  it("are all used", () => {
    const unused = flat(zh)
      .map(([key]) => key)
      .filter((key) => !source.includes(key) && !stems.some((stem) => key.startsWith(stem)));
    expect(unused).toEqual([]);
  });
});

function texts(node: RootNode | TemplateChildNode): string[] {
  if (node.type === 2) return [node.content.trim()];
  const children = "children" in node && Array.isArray(node.children) ? node.children : [];
  return children.flatMap((child) =>
    typeof child === "object" ? texts(child as TemplateChildNode) : [],
  );
}

/** Words are in the catalogues; what a template may hold is punctuation and keyboard keys. */
const ALLOWED = /^(|[·–…,.()]+|[A-Z]|\?)$/;

describe("components", () => {
  const files = globSync("src/**/*.vue");
  it("are found", () => expect(files.length).toBeGreaterThan(40));
  for (const file of files) {
    it(`${file} holds no text of its own`, () => {
      const source = readFileSync(file, "utf8");
      const { template, scriptSetup } = parseFile(source).descriptor;
      const code = (scriptSetup?.content ?? "").replace(/"、"/g, "").replace(/（|）/g, "");
      expect(HAN.test(code)).toBe(false);
      const own = texts(parse(template?.content ?? "")).filter((text) => !ALLOWED.test(text));
      expect(own).toEqual([]);
    });
  }
});
