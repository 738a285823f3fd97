interface Metric {
  readonly type: 'counter' | 'timer';
  readonly metric: string;
  readonly value: number;
  readonly tags: Readonly<Record<string, string | number>>;
}

/** In the one form that singer-python's `metrics.parse` and those that watch taps look for: `INFO METRIC: {…}`. */
export function metricLine({ type, metric, value, tags }: Metric): string {
  return `INFO METRIC: ${JSON.stringify({ type, metric, value, tags })}\n`;
}

/** How long the API took to answer; with tags such as `endpoint`, `http_status_code` and `status`. */
export function httpRequestMetric(durationSeconds: number, tags: Metric['tags']): string {
  return metricLine({ type: 'timer', metric: 'http_request_duration', value: durationSeconds, tags });
}
