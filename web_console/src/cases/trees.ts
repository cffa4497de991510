/** Owns areas and classes as trees to choose from. Pure. */
import type { TreeSelectOption } from "naive-ui";
import type { Area, PackClass } from "@/wire/messages";

export interface Branch extends TreeSelectOption {
  key: string;
  label: string;
  children?: Branch[];
}

export const areaTree = (areas: readonly Area[]): Branch[] =>
  branches(areas.map(({ code, name, parentCode }) => ({ code, name, parentCode })));

export const classTree = (classes: readonly PackClass[]): Branch[] =>
  branches(classes.map(({ code, name, parentCode }) => ({ code, name, parentCode })));

interface Node {
  readonly code: string;
  readonly name: string;
  readonly parentCode: string | null;
}

/** What names a parent that is not there stands at the top. */
function branches(nodes: readonly Node[]): Branch[] {
  const known = new Set(nodes.map(({ code }) => code));
  const under = new Map<string, Node[]>();
  for (const node of nodes) {
    const parent = node.parentCode !== null && known.has(node.parentCode) ? node.parentCode : "";
    under.set(parent, [...(under.get(parent) ?? []), node]);
  }
  const grown = (parent: string): Branch[] =>
    (under.get(parent) ?? []).map(({ code, name }) => {
      const children = grown(code);
      return { key: code, label: name, ...(children.length ? { children } : {}) };
    });
  return grown("");
}
