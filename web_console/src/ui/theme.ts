/** Owns how the component library is dressed in the console's own tokens. */
import type { GlobalThemeOverrides } from "naive-ui";

const FONT =
  '-apple-system, "PingFang SC", "HarmonyOS Sans SC", "MiSans", "Microsoft YaHei UI", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Segoe UI", Roboto, sans-serif';

export const themeOverrides: GlobalThemeOverrides = {
  common: {
    fontFamily: FONT,
    primaryColor: "#3fd6b0",
    primaryColorHover: "#63e5c5",
    primaryColorPressed: "#2aa78a",
    primaryColorSuppl: "#2aa78a",
    errorColor: "#ff4d5e",
    warningColor: "#ff9d42",
    infoColor: "#58a6ff",
    bodyColor: "#0b1013",
    cardColor: "#0f161a",
    modalColor: "#111a1f",
    popoverColor: "#18232a",
    tableColor: "#0f161a",
    inputColor: "#141d22",
    actionColor: "#141d22",
    borderColor: "#2c3c45",
    dividerColor: "#1f2b32",
    textColorBase: "#e6eef1",
    textColor1: "#e6eef1",
    textColor2: "#c9d6dc",
    textColor3: "#78909c",
    placeholderColor: "#6b818c",
    borderRadius: "8px",
    borderRadiusSmall: "6px",
    hoverColor: "rgba(255,255,255,0.05)",
  },
  Input: { border: "1px solid #2c3c45", heightLarge: "42px" },
  InternalSelection: { border: "1px solid #2c3c45", color: "#141d22", colorActive: "#141d22" },
  Tooltip: { color: "#22303a", textColor: "#e6eef1" },
};
