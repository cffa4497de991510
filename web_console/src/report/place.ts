/** Owns what a resident can say of a place: a position, a community, words. Pure. */
export interface Place {
  lon: number | null;
  lat: number | null;
  accuracyM: number | null;
  areaCode: string;
  words: string;
}

export const EMPTY_PLACE: Place = {
  lon: null,
  lat: null,
  accuracyM: null,
  areaCode: "",
  words: "",
};

export const isPlaced = (place: Place): boolean => place.lon !== null || !!place.words.trim();
