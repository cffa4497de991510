/**
 * Owns the question whether drawing is cheap here. Without a graphics card every picture costs the
 * processor; the console is then calm: it draws once a second and nothing pulses without end.
 */
const SOFTWARE = /swiftshader|llvmpipe|software|basic render/i;

function rendererName(): string {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return "";
  const names = context.getExtension("WEBGL_debug_renderer_info");
  const name: unknown = context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return String(name);
}

/** Asked once at start; the person's own wish for less motion counts as well. */
export function wantsCalm(): boolean {
  return (
    window.matchMedia("(prefers-reduced-motion: reduce)").matches || SOFTWARE.test(rendererName())
  );
}

/** Marks the page, so that style sheets know. */
export function beCalm(): void {
  document.documentElement.classList.add("calm");
}

export const isCalm = (): boolean => document.documentElement.classList.contains("calm");
