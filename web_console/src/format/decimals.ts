const DECIMALS_MAX = 3;

/**
 * How many decimals of a per cent it takes to tell shares from the mark they are held against: 33.1 %
 * does not reach 33.3 %, though both are "33 %".
 */
export function decimalsBeside(mark: number, shares: readonly number[]): number {
  const looksRight = (digits: number) =>
    shares.every((share) => {
      const same = (share * 100).toFixed(digits) === (mark * 100).toFixed(digits);
      return !same || Math.abs(share - mark) < 1e-9;
    });
  for (let digits = 0; digits < DECIMALS_MAX; digits++) if (looksRight(digits)) return digits;
  return DECIMALS_MAX;
}
