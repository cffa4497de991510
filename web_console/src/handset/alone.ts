/**
 * Owns that one page of this phone is the handset: a label that the camera opened comes in a page of
 * its own, and two with the same account would push each other off the broker. The newest one is it.
 */
const NAME = "gridbeat-handset";

/** Resolves when this page is the one; `lost` is called when a newer page has become it. */
export function becomeTheOne(lost: () => void): Promise<void> {
  if (!navigator.locks) return Promise.resolve(); // an old browser: as good as it gets
  return new Promise((resolve) => {
    const held = navigator.locks.request(NAME, { steal: true }, () => {
      resolve();
      return new Promise<never>(() => undefined); // as long as the page lives
    });
    held.catch(lost);
  });
}
