/**
 * Owns how one worker looks: distance-field shapes, so that states differ by form and not only by
 * colour, with the heading as a chevron. Positions glide on the GPU between two fixes.
 */
import { COURSE_UNKNOWN, FrameState, Presence } from "@/wire/constants";
import { MARK, rgb } from "./palette";

const vec3 = (hex: string): string =>
  `vec3(${rgb(hex)
    .map((share) => share.toFixed(4))
    .join(",")})`;

const uniformBlock = /* glsl */ `\
layout(std140) uniform fleetUniforms {
  float elapsed;
  float pulse;
  float scale;
  float onlySilent;
  float selected;
  float hovered;
} fleet;
`;

export const fleetUniforms = {
  name: "fleet",
  vs: uniformBlock,
  fs: uniformBlock,
  uniformTypes: {
    elapsed: "f32",
    pulse: "f32",
    scale: "f32",
    onlySilent: "f32",
    selected: "f32",
    hovered: "f32",
  },
} as const;

/**
 * How far from its middle a mark is drawn, pixels at scale 1: as much as its shapes need and no more,
 * since every point of it is computed, by the processor where there is no graphics card. A heading
 * reaches out on one side only, so its mark is drawn in a box turned that way: `side` to the left, to
 * the right and behind, `ahead` in front. The wave of a call for help reaches farthest.
 */
const REACH = {
  disc: "8.2",
  diamond: "10.4",
  order: "12.2",
  picked: "14.6",
  duress: "22.0",
  side: "9.6",
  ahead: "15.4",
};

export const vertexShader = /* glsl */ `\
#version 300 es
#define SHADER_NAME gridbeat-workers-vertex
in vec3 positions;
in vec4 instancePath;
in float instanceLeft;
in vec2 instanceLook;
out vec2 vAt;
flat out int vState;
flat out vec2 vHeading;
flat out float vPicked;

/** Sideways, behind and ahead of the middle; the heading is north. */
vec3 reach(bool heads) {
  bool outside = (vState & ${FrameState.OUTSIDE_OWN_GRID}) != 0;
  float body = outside ? ${REACH.diamond} : ${REACH.disc};
  if ((vState & ${FrameState.ON_ORDER}) != 0) body = ${REACH.order};
  if (vPicked > 0.0) body = max(body, ${REACH.picked});
  if ((vState & ${FrameState.DURESS}) != 0) body = ${REACH.duress};
  // The body does not turn with the box: a box that has corners must hold it whichever way.
  return heads ? vec3(max(body, ${REACH.side}), body, max(body, ${REACH.ahead})) : vec3(body);
}

void main(void) {
  vState = int(instanceLook.x + 0.5);
  bool heads = instanceLook.y < ${COURSE_UNKNOWN}.0 && (vState & 3) == ${Presence.ONLINE};
  float angle = radians(instanceLook.y * 2.0);
  vHeading = heads ? vec2(sin(angle), cos(angle)) : vec2(0.0);
  float share = instanceLeft > 0.0 ? clamp(fleet.elapsed / instanceLeft, 0.0, 1.0) : 1.0;
  vec3 place = vec3(mix(instancePath.xy, instancePath.zw, share), 0.0);
  geometry.worldPosition = place;
  gl_Position = project_position_to_clipspace(place, vec3(0.0), vec3(0.0), geometry.position);
  float index = float(gl_InstanceID);
  vPicked = index == fleet.selected ? 2.0 : (index == fleet.hovered ? 1.0 : 0.0);
  bool drawn = (vState & 3) != ${Presence.OFF_DUTY};
  vec3 far = reach(heads);
  vec2 box = vec2(positions.x * far.x, positions.y > 0.0 ? far.z : -far.y);
  vec2 north = heads ? vHeading : vec2(0.0, 1.0);
  vAt = box.x * vec2(north.y, -north.x) + box.y * north;
  gl_Position.xy += project_pixel_size_to_clipspace(vAt * fleet.scale);
  if (!drawn) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
}
`;

export const fragmentShader = /* glsl */ `\
#version 300 es
#define SHADER_NAME gridbeat-workers-fragment
precision highp float;
in vec2 vAt;
flat in int vState;
flat in vec2 vHeading;
flat in float vPicked;
out vec4 fragColor;

float soft(float distance) { return 1.0 - smoothstep(-0.6, 0.6, distance * fleet.scale); }

float fleet_dim(int presence) {
  return fleet.onlySilent > 0.5 && presence != ${Presence.SILENT} ? 0.18 : 1.0;
}

/** Premultiplied on the way; divided out at the end. */
vec4 over(vec4 base, vec3 color, float alpha) {
  return vec4(color * alpha, alpha) + base * (1.0 - alpha);
}

float chevron(vec2 at) {
  vec2 turned = vec2(at.x * vHeading.y - at.y * vHeading.x, dot(at, vHeading));
  vec2 tip = turned - vec2(0.0, 12.4);
  return max(dot(vec2(abs(tip.x), tip.y), normalize(vec2(1.0, 0.92))), -tip.y - 5.2);
}

void main(void) {
  int presence = vState & 3;
  bool order = (vState & ${FrameState.ON_ORDER}) != 0;
  bool outside = (vState & ${FrameState.OUTSIDE_OWN_GRID}) != 0 && !order;
  bool duress = (vState & ${FrameState.DURESS}) != 0;
  float r = length(vAt);
  float disc = r - 5.4;
  float diamond = (abs(vAt.x) + abs(vAt.y)) * 0.7071 - 5.0;
  float body = outside ? diamond : disc;
  vec3 color = duress ? ${vec3(MARK.duress)}
    : presence == ${Presence.SILENT} ? ${vec3(MARK.silent)}
    : presence == ${Presence.STALE} ? ${vec3(MARK.stale)}
    : order ? ${vec3(MARK.on_order)}
    : outside ? ${vec3(MARK.outside)} : ${vec3(MARK.online)};
  vec4 ink = vec4(0.0);
  vec3 dark = vec3(0.03, 0.05, 0.06);
  if (duress) {
    float wave = fract(fleet.pulse);
    ink = over(ink, color, (1.0 - wave) * 0.55 * soft(abs(r - 6.0 - wave * 14.0) - 1.6));
  }
  if (vHeading != vec2(0.0)) {
    float ahead = chevron(vAt);
    ink = over(ink, dark, 0.75 * soft(ahead - 1.3));
    ink = over(ink, color, soft(ahead));
  }
  ink = over(ink, dark, 0.85 * soft(body - 1.7));
  if (order) {
    ink = over(ink, dark, 0.7 * soft(abs(r - 9.0) - 2.0));
    ink = over(ink, ${vec3(MARK.on_order)}, soft(abs(r - 9.0) - 1.0));
  }
  if (presence == ${Presence.ONLINE} || duress) ink = over(ink, color, soft(body));
  else {
    ink = over(ink, color, soft(abs(body + 1.0) - 1.0));
    bool half_ = presence == ${Presence.STALE} && vAt.y < 0.0;
    if (half_) ink = over(ink, color, soft(body));
    float bar = max(abs(vAt.x + vAt.y) * 0.7071 - 1.0, r - 6.4);
    if (presence == ${Presence.SILENT}) ink = over(ink, color, soft(bar));
  }
  if (vPicked > 0.0) ink = over(ink, vec3(1.0), (vPicked > 1.5 ? 1.0 : 0.6) * soft(abs(r - 12.6) - 0.9));
  if (ink.a < 0.01) discard;
  fragColor = vec4(ink.rgb / ink.a, ink.a * fleet_dim(presence));
}
`;
