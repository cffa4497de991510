/** Owns making a MapLibre map of this installation: worker, ground, what a hand may do with it. */
import { Map as GroundMap, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "maplibre-gl/dist/maplibre-gl.css";

setWorkerUrl(workerUrl);

export interface MapChoice {
  readonly container: HTMLElement;
  readonly style: StyleSpecification;
  readonly bounds: readonly [number, number, number, number] | null;
  readonly interactive: boolean;
  readonly magnify: number;
  readonly label: string;
}

const CHINA = [73, 18, 135, 54] as const;
export const FIT_PADDING = 24;

export function createMap(choice: MapChoice): GroundMap {
  const [west, south, east, north] = choice.bounds ?? CHINA;
  const map = new GroundMap({
    container: choice.container,
    style: choice.style,
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: FIT_PADDING },
    interactive: choice.interactive,
    pixelRatio: window.devicePixelRatio * choice.magnify,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    maxZoom: 19,
    minZoom: 8,
    fadeDuration: 120,
    localIdeographFontFamily:
      '"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif',
    locale: { "Map.Title": choice.label },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  return map;
}
