/**
 * Bucket bounds in seconds for everything from one COPY (a millisecond) to a broken dependency (a minute). The
 * usual defaults of 0, 5, 10 … put every observation below 5 s into one bucket, and any quantile of that is a
 * constant.
 */
export const latencyBucketsSeconds: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60,
];
