/** Owns what changes rarely: the installation, its rule pack and its areas, as lookups. */
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { i18n } from "@/i18n";
import * as endpoints from "@/wire/endpoints";
import type { Area, Installation, Pack } from "@/wire/messages";

export const useInstallation = defineStore("installation", () => {
  const installation = ref<Installation | null>(null);
  const pack = shallowRef<Pack | null>(null);
  const areas = shallowRef<Area[]>([]);
  const areaByCode = computed(() => new Map(areas.value.map((area) => [area.code, area])));
  const classByCode = computed(
    () => new Map((pack.value?.classes ?? []).map((entry) => [entry.code, entry])),
  );
  const groupByCode = computed(
    () => new Map((pack.value?.groups ?? []).map((entry) => [entry.code, entry])),
  );
  const timeZone = computed(() => installation.value?.timeZone ?? "Asia/Shanghai");
  /** The datum things are drawn in: the tile server's, or WGS-84 on our own base map. */
  const mapDatum = computed(() =>
    installation.value?.tileUrl ? installation.value.tileDatum : "wgs84",
  );

  async function loadPublic(): Promise<void> {
    installation.value ??= await endpoints.fetchInstallation();
  }

  async function loadReference(): Promise<void> {
    if (areas.value.length) return;
    const [nextPack, nextAreas] = await Promise.all([
      endpoints.fetchPack(),
      endpoints.fetchAreas(),
    ]);
    pack.value = nextPack;
    areas.value = nextAreas;
  }

  const areaName = (code: string | null): string =>
    code === null ? "" : (areaByCode.value.get(code)?.name ?? code);
  /** Two codes are the server's own and in no pack; they have words in the catalogue. */
  const className = (code: string): string => {
    const { t, te } = i18n.global;
    const known = classByCode.value.get(code)?.name;
    return known ?? (te(`class.${code}`) ? t(`class.${code}`) : code);
  };
  /** The group that handles a class, by inheritance; a class outside of the pack: the fallback's. */
  const groupOfClass = (code: string): string | null =>
    classByCode.value.get(code)?.groupCode ??
    (code === "duress" ? pack.value?.duressGroup : null) ??
    pack.value?.fallbackGroup ??
    null;
  const groupName = (code: string): string => groupByCode.value.get(code)?.name ?? code;

  return {
    installation,
    pack,
    areas,
    areaByCode,
    timeZone,
    mapDatum,
    loadPublic,
    loadReference,
    areaName,
    className,
    groupName,
    groupOfClass,
  };
});
